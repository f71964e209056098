package org.sparkmlext.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.CollectiveException;
import org.sparkmlext.collective.CollectiveOptions;
import org.sparkmlext.collective.TcpListener;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.testing.PatternBlocks;
import org.sparkmlext.training.GpuSums;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.Worker;

/**
 * One rank as a process of its own, for {@link SumsProcesses}: tells its port, reads those of all, does one {@link Task}, and leaves what it
 * has in a file. A line {@code remark ...} for each remark, at the end {@code done} or {@code failed CULPRIT MESSAGE}.
 */
final class SumsRank {

    /** What ranks do. */
    enum Task {
        /** Sums of some steps; in step s rank s has no rows. */
        STEPS,
        /** The same, but rank 1 is gone in the third step, when its first sum is on its way. */
        DIE,
        /** The same, but rank 1 throws there. */
        FAIL,
        /** The same, but rank 1 does not come to the third step, and the others are cancelled. */
        CANCEL,
        /** Trains a network. */
        TRAIN
    }

    static final int STEPS = 4;
    static final ModelLayout LAYOUT = layout(700, 900, 64, 2500, 10);
    static final String REASON = "out of memory in layer 'conv2'";

    private static final int BUCKET = 1000;
    private static final int ODD_STEP = 2;
    private static final int ODD_RANK = 1;
    private static final byte[] TOKEN = "sums of ranks, a token: 32 bytes".getBytes(StandardCharsets.UTF_8);
    private static final int ROWS = 21;
    private static final long CANCEL_NANOS = Duration.ofMillis(500).toNanos();

    private final int rank;
    private final Task task;
    private final GpuSums gpuSums;
    private final Path file;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final AtomicBoolean isWaiting = new AtomicBoolean();
    private long waitingSince;

    private SumsRank(int rank, Task task, GpuSums gpuSums, Path file) {
        this.rank = rank;
        this.task = task;
        this.gpuSums = gpuSums;
        this.file = file;
    }

    /** @param args rank, task, setting of the sums, file for the result */
    public static void main(String[] args) throws IOException {
        new SumsRank(Integer.parseInt(args[0]), Task.valueOf(args[1]), GpuSums.of(args[2]), Path.of(args[3])).run();
    }

    private static ModelLayout layout(int... parameters) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int length : parameters) {
            shapes.put("p" + shapes.size(), Shape.of(length));
        }
        return new ModelLayout(
                FlatLayout.of(shapes), FlatLayout.of(Map.of("mean", Shape.of(5))), List.of(ModelLayout.LOSS));
    }

    private void run() throws IOException {
        CollectiveOptions options = CollectiveOptions.defaults()
                .withCancelled(() -> isWaiting.get() && System.nanoTime() - waitingSince > CANCEL_NANOS);
        TcpListener listener = TcpListener.bind(InetAddress.getLoopbackAddress(), options);
        out.println(listener.address().getPort());
        String ports = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        List<InetSocketAddress> peers = Stream.of(ports.split(" "))
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)))
                .toList();
        try (Collective collective = listener.connect(rank, peers, TOKEN, 0);
                Backend backend =
                        Backends.open("cuda", BackendOptions.threads(1)).backend()) {
            out.println(work(new ProcessWorker(collective, backend)).replace('\n', ' '));
        }
    }

    private String work(Worker worker) throws IOException {
        try {
            byte[] result = task == Task.TRAIN ? train(worker) : steps(worker);
            Files.write(file, result);
            // Nobody leaves while others are still at work.
            worker.collective().barrier();
            return "done";
        } catch (RuntimeException e) {
            worker.collective().abort(e);
            int culprit = e instanceof CollectiveException failure ? failure.culprit() : rank;
            return "failed " + culprit + " " + e.getMessage();
        }
    }

    private byte[] steps(Worker worker) {
        ByteBuffer all = ByteBuffer.allocate(STEPS * LAYOUT.additiveLength() * Float.BYTES);
        Collective collective = worker.collective();
        try (ModelMemory memory = worker.backend().graphs().allocate(LAYOUT, true);
                RankSums sums = new RankSums(collective, memory, BUCKET, SumsChoice.open(worker, memory))) {
            for (int step = 0; step < STEPS; step++) {
                boolean hasRows = hasRows(collective.size(), rank, step);
                if (hasRows) {
                    step(worker, memory, sums, step);
                }
                sums.exchange(hasRows);
                isWaiting.set(false);
                float[] result = new float[LAYOUT.additiveLength()];
                memory.additive().copyOut(0, result, 0, result.length);
                all.asFloatBuffer().put(result);
                all.position(all.position() + result.length * Float.BYTES);
            }
            sums.finish();
        }
        return all.array();
    }

    static boolean hasRows(int size, int rank, int step) {
        return size == 1 || rank != step;
    }

    private void step(Worker worker, ModelMemory memory, RankSums sums, int step) {
        boolean isOdd = step == ODD_STEP;
        if (isOdd && task == Task.CANCEL) {
            if (rank == ODD_RANK) {
                while (true) {
                    worker.collective().check();
                    Thread.onSpinWait();
                }
            }
            waitingSince = System.nanoTime();
            isWaiting.set(true);
        }
        sums.begin();
        float[] values = values(rank, step);
        // From the end, as a backward pass does, in uneven parts.
        Random random = new Random(step);
        for (int to = values.length; to > 0; ) {
            int from = Math.max(0, to - 1 - random.nextInt(600));
            memory.additive().copyIn(from, values, from, to - from);
            sums.complete(from, to);
            to = from;
            if (isOdd && rank == ODD_RANK && to < values.length - 2600) {
                if (task == Task.DIE) {
                    Runtime.getRuntime().halt(1);
                } else if (task == Task.FAIL) {
                    throw new IllegalStateException(REASON);
                }
            }
        }
    }

    static float[] values(int rank, int step) {
        Random random = new Random(31L * rank + step);
        float[] values = new float[LAYOUT.additiveLength()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Of several millions of parameters: their sums go in several parts. Ranks have different numbers of rows, and in the end one has none. */
    private byte[] train(Worker worker) {
        Architecture network = Architecture.builder(ImageInput.bytes(PatternBlocks.SIZE, PatternBlocks.SIZE, 1))
                .flatten()
                .dense(1100, "relu")
                .batchNorm()
                .dense(1000, "relu")
                .dense(1050, "relu")
                .build();
        int size = worker.size();
        int from = ROWS * rank * rank / (size * size);
        int to = ROWS * (rank + 1) * (rank + 1) / (size * size);
        Shard shard = new Shard(
                Collections.nCopies(PatternBlocks.WIDTH, "pixel"),
                List.of(PatternBlocks.block(IntStream.range(from, to).toArray(), false)),
                List.of());
        LoopSettings settings =
                LoopSettings.of(network).epochs(1).batch(8).rate(0.05f).rule(new UpdateRule.Sgd(0.9f, false, 1e-4f));
        return settings.algorithm().train(worker, shard);
    }

    private final class ProcessWorker implements Worker {
        private final Collective collective;
        private final Backend backend;

        ProcessWorker(Collective collective, Backend backend) {
            this.collective = collective;
            this.backend = backend;
        }

        @Override
        public Backend backend() {
            return backend;
        }

        @Override
        public Collective collective() {
            return collective;
        }

        @Override
        public int numThreads() {
            return 1;
        }

        @Override
        public List<RoundState> finishedRounds() {
            return List.of();
        }

        @Override
        public void roundFinished(RoundReport report, RoundState state) {}

        @Override
        public GpuSums gpuSums() {
            return gpuSums;
        }

        @Override
        public void log(String line) {
            out.println("remark " + line);
        }

        @Override
        public void checkCancelled() {}
    }
}
