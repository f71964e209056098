package org.sparkmlext.kernels.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceEvent;
import org.sparkmlext.kernels.cuda.device.Lane;
import org.sparkmlext.kernels.cuda.device.LaunchGraph;

/**
 * What the emulated device was given and has not done yet. The laziest device there can be: a lane does nothing before the host waits for
 * it, and then no more than it must. So a read that does not wait for what it needs finds old numbers, and pinned memory that is filled again
 * too early spoils the copy before.
 */
final class EmulatedLanes {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Map<Lane, Deque<Runnable>> waiting = new EnumMap<>(Lane.class);
    private @Nullable List<Runnable> recorded;

    private Deque<Runnable> of(Lane lane) {
        return waiting.computeIfAbsent(lane, l -> new ArrayDeque<>());
    }

    void queue(Lane lane, Runnable work) {
        of(lane).add(work);
    }

    void launch(Runnable work) {
        if (recorded != null) {
            recorded.add(work);
        } else {
            queue(Lane.LAUNCHES, work);
        }
    }

    int undone() {
        return of(Lane.LAUNCHES).size();
    }

    void finish() {
        requireNotRecording("waiting");
        Deque<Runnable> all = of(Lane.LAUNCHES);
        while (!all.isEmpty()) {
            all.remove().run();
        }
    }

    /** What CUDA refuses as well, or records with an argument that will be another one by then. */
    void requireNotRecording(String what) {
        if (recorded != null) {
            throw new IllegalStateException(what + " cannot be recorded: only launches can");
        }
    }

    LaunchGraph record(Runnable launches) {
        requireNotRecording("another recording");
        List<Runnable> work = new ArrayList<>();
        recorded = work;
        try {
            launches.run();
        } finally {
            recorded = null;
        }
        return new Graph(work);
    }

    private final class Graph implements LaunchGraph {
        private final List<Runnable> work;
        private boolean isFreed;

        Graph(List<Runnable> work) {
            this.work = work;
        }

        @Override
        public void launch() {
            requireNotRecording("a graph");
            if (isFreed) {
                throw new IllegalStateException("a graph is launched after it was freed");
            }
            of(Lane.LAUNCHES).addAll(work);
        }

        @Override
        public void free() {
            isFreed = true;
        }
    }

    DeviceEvent event() {
        return new Event();
    }

    /** A place in a lane. */
    private static final class Mark implements Runnable {
        private final Lane lane;
        private boolean isReached;
        private long nanos;

        Mark(Lane lane) {
            this.lane = lane;
        }

        @Override
        public void run() {
            isReached = true;
            nanos = System.nanoTime();
        }
    }

    private void reach(Mark mark) {
        while (!mark.isReached) {
            of(mark.lane).remove().run();
        }
    }

    private final class Event implements DeviceEvent {
        private @Nullable Mark mark;

        @Override
        public void record(Lane lane) {
            requireNotRecording("an event");
            Mark made = new Mark(lane);
            queue(lane, made);
            mark = made;
        }

        @Override
        public void await() {
            requireNotRecording("waiting");
            Mark present = mark;
            if (present != null) {
                reach(present);
            }
        }

        /** Each question is a wait long enough for one thing to be done. */
        @Override
        public boolean isReached() {
            requireNotRecording("waiting");
            Mark present = mark;
            if (present != null && !present.isReached) {
                of(present.lane).remove().run();
            }
            return present == null || present.isReached;
        }

        @Override
        public void hold(Lane lane) {
            Mark present = mark;
            if (present != null) {
                queue(lane, () -> reach(present));
            }
        }

        @Override
        public double millisSince(DeviceEvent earlier) {
            Mark from = ((Event) earlier).mark;
            Mark to = mark;
            if (from == null || to == null || !from.isReached || !to.isReached) {
                throw new IllegalStateException("an event has no time before it was waited for");
            }
            return (to.nanos - from.nanos) / NANOS_PER_MILLI;
        }

        @Override
        public void free() {
            mark = null;
        }
    }
}
