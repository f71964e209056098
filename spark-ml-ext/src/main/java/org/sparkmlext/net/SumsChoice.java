package org.sparkmlext.net;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.graph.AdditiveSums;
import org.sparkmlext.kernels.graph.DirectSums;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.training.GpuSums;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.Worker;

/** Chooses how sums over ranks go, the same way for all of them: from device to device only where every rank can, with what the others have. */
final class SumsChoice {

    private static final String CAN = "+";
    private static final String CANNOT = "-";
    /** What a rank adds after its device; in no number of a device. */
    private static final char BEHIND_DEVICE = ' ';

    private SumsChoice() {}

    /**
     * Collective.
     *
     * @return closed by the caller before the memory
     * @throws InvalidTrainingDataException if they are to go from device to device by name and cannot; the message says why
     */
    static AdditiveSums open(Worker worker, ModelMemory memory) {
        Collective collective = worker.collective();
        if (collective.size() == 1 || worker.gpuSums() == GpuSums.HOST) {
            return byHost(collective, memory);
        }
        DirectSums direct = worker.backend().graphs().directSums();
        Availability own = direct.availability();
        List<String> all = RankTexts.gather(
                collective,
                own.isAvailable() ? CAN + direct.device() + BEHIND_DEVICE + own.reason() : CANNOT + own.reason());
        String obstacle = obstacle(all);
        if (obstacle.isEmpty()) {
            AdditiveSums joined = join(collective, direct, memory);
            tell(
                    worker,
                    "sums of gradients go from GPU to GPU by " + own.reason()
                            + " (experimental: not run on a device yet)");
            return joined;
        }
        if (worker.gpuSums() == GpuSums.NCCL) {
            throw new InvalidTrainingDataException(GpuSums.SETTING + " is nccl, but sums cannot go from GPU to GPU: "
                    + obstacle + ". Set it to auto or host, or change that.");
        }
        tell(worker, "sums of gradients go by way of the host: " + obstacle);
        return byHost(collective, memory);
    }

    private static AdditiveSums byHost(Collective collective, ModelMemory memory) {
        return new HostSums(collective, memory.additive(), collective.isRemote() && collective.size() > 1);
    }

    private static void tell(Worker worker, String line) {
        if (worker.rank() == 0) {
            worker.log(line);
        }
    }

    /** What keeps ranks that have said this from adding from device to device; empty if nothing does. */
    static String obstacle(List<String> texts) {
        Map<String, Integer> devices = new HashMap<>();
        for (int rank = 0; rank < texts.size(); rank++) {
            String text = texts.get(rank);
            if (text.startsWith(CANNOT)) {
                return "rank " + rank + ": " + text.substring(CANNOT.length());
            }
            int behind = text.indexOf(BEHIND_DEVICE);
            Integer other = devices.putIfAbsent(text.substring(0, behind), rank);
            if (other != null) {
                return "ranks " + other + " and " + rank + " are on the same GPU; each must have one of its own";
            }
            String library = text.substring(behind + 1);
            String first = texts.get(0).substring(texts.get(0).indexOf(BEHIND_DEVICE) + 1);
            if (!library.equals(first)) {
                return "rank 0 has " + first + ", rank " + rank + " has " + library + "; all must have the same";
            }
        }
        return "";
    }

    /** The name of the group goes from rank 0 to the others by the collective; the collective also tells of ranks that are lost. */
    private static AdditiveSums join(Collective collective, DirectSums direct, ModelMemory memory) {
        return new PeerSums(collective, () -> {
            byte[] group = group(collective, direct);
            return direct.join(group, collective.rank(), collective.size(), memory, collective::check);
        });
    }

    private static byte[] group(Collective collective, DirectSums direct) {
        byte[] length = new byte[1];
        byte[] own = collective.rank() == 0 ? direct.newGroup() : new byte[0];
        length[0] = (byte) own.length;
        collective.broadcast(0, length, 0, 1);
        byte[] group = collective.rank() == 0 ? own : new byte[Byte.toUnsignedInt(length[0])];
        collective.broadcast(0, group, 0, group.length);
        return group;
    }
}
