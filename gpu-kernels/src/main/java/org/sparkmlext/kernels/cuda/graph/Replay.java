package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.Lane;
import org.sparkmlext.kernels.cuda.device.LaunchGraph;
import org.sparkmlext.kernels.graph.AdditiveListener;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;

/**
 * The launches of a program, recorded when they are first run and replayed from then on: all as one, or, for a listener, cut where enough of
 * the additive array is complete. Launches and copies into what they read are in one order, so a replay needs no wait.
 */
final class Replay implements AutoCloseable {

    /** A cut is made when so many numbers are complete: a megabyte, a quarter of what ranks send each other at once. */
    static final int CUT_FLOATS = 1 << 18;
    /** Replays that keep the device busy while the host launches one by one what is to be timed. */
    private static final int REPLAYS_AHEAD = 4;

    private final CudaDevice device;
    private final List<Launch> launches;
    /** Parts of the additive array that are complete after so many launches. */
    private final Map<Integer, List<AdditiveParts.Part>> complete;

    private @Nullable LaunchGraph whole;
    private @Nullable List<Segment> segments;

    /** Some launches in a row, and what is complete after them. */
    private record Segment(LaunchGraph graph, DeviceEvent end, List<AdditiveParts.Part> parts) {}

    /** @param launches bound */
    Replay(CudaDevice device, List<Launch> launches, Map<Integer, List<AdditiveParts.Part>> complete) {
        this.device = device;
        this.launches = launches;
        this.complete = complete;
    }

    /** Puts all launches behind what the device was given before. */
    void run() {
        whole().launch();
    }

    /**
     * The same, and tells of the parts as they are complete. A listener that copies one waits for the launches up to there only: the
     * device goes on with the others.
     */
    void run(AdditiveListener listener) {
        List<Segment> all = segments();
        for (Segment segment : all) {
            segment.graph().launch();
            segment.end().record(Lane.LAUNCHES);
        }
        for (Segment segment : all) {
            device.beside(
                    segment.end(), () -> segment.parts().forEach(part -> listener.complete(part.from(), part.to())));
        }
    }

    private LaunchGraph whole() {
        LaunchGraph present = whole;
        if (present == null) {
            present = record(0, launches.size());
            whole = present;
        }
        return present;
    }

    private List<Segment> segments() {
        List<Segment> present = segments;
        if (present != null) {
            return present;
        }
        List<Segment> made = new ArrayList<>();
        segments = made;
        try {
            List<AdditiveParts.Part> parts = new ArrayList<>();
            int begin = 0;
            for (int end = 0; end <= launches.size(); end++) {
                parts.addAll(complete.getOrDefault(end, List.of()));
                int floats =
                        parts.stream().mapToInt(part -> part.to() - part.from()).sum();
                if (end == launches.size() || end > begin && floats >= CUT_FLOATS) {
                    made.add(new Segment(record(begin, end), device.event(), List.copyOf(parts)));
                    parts.clear();
                    begin = end;
                }
            }
        } catch (RuntimeException | Error e) {
            freeSegments();
            throw e;
        }
        return made;
    }

    private LaunchGraph record(int from, int to) {
        try {
            return device.record(() -> launches.subList(from, to).forEach(Launch::run));
        } catch (KernelException e) {
            throw new KernelException(
                    "launches " + from + " to " + to + " of " + launches.size() + " of a program cannot be recorded: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Mean time of each launch by the device's clock, launched one by one. */
    List<StepTime> profile(int runs) {
        double[] millis = new double[launches.size()];
        List<DeviceEvent> events = new ArrayList<>();
        try {
            for (int i = 0; i <= millis.length; i++) {
                events.add(device.event());
            }
            for (int run = 0; run < runs; run++) {
                time(events, millis);
            }
        } finally {
            events.forEach(device::discard);
        }
        List<StepTime> times = new ArrayList<>();
        for (int i = 0; i < millis.length; i++) {
            Launch launch = launches.get(i);
            times.add(new StepTime(launch.layer(), launch.op(), launch.kernel(), millis[i] / runs));
        }
        return times;
    }

    private void time(List<DeviceEvent> events, double[] millis) {
        // Else the time between two events would be what the host needs for a launch.
        for (int i = 0; i < REPLAYS_AHEAD; i++) {
            whole().launch();
        }
        events.get(0).record(Lane.LAUNCHES);
        for (int i = 0; i < millis.length; i++) {
            launches.get(i).run();
            events.get(i + 1).record(Lane.LAUNCHES);
        }
        events.get(millis.length).await();
        for (int i = 0; i < millis.length; i++) {
            millis[i] += events.get(i + 1).millisSince(events.get(i));
        }
    }

    private void freeSegments() {
        List<Segment> present = segments;
        segments = null;
        if (present != null) {
            for (Segment segment : present) {
                device.discard(segment.graph());
                device.discard(segment.end());
            }
        }
    }

    @Override
    public void close() {
        LaunchGraph present = whole;
        whole = null;
        if (present != null) {
            device.discard(present);
        }
        freeSegments();
    }
}
