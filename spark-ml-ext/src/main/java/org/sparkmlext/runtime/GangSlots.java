package org.sparkmlext.runtime;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlext.training.TrainingCancelledException;

/**
 * The slots of an application, shared fairly among the gangs of ordinary stages. Their tasks get slots one by one and keep them, so
 * that two gangs that start together may each hold what the other waits for. So one gang is gathered at a time, and a next one only if
 * there can be slots for both; first come, first served.
 */
final class GangSlots {

    private static final Logger LOG = LoggerFactory.getLogger(GangSlots.class);
    private static final Map<SparkContext, GangSlots> BY_CONTEXT = Collections.synchronizedMap(new WeakHashMap<>());
    private static final long REMIND_SECONDS = 5;

    private final Deque<Permit> queue = new ArrayDeque<>();
    private final Set<Permit> admitted = new LinkedHashSet<>();

    static GangSlots of(SparkContext context) {
        return BY_CONTEXT.computeIfAbsent(context, key -> new GangSlots());
    }

    /** One gang's leave to run; closed when it ends. */
    final class Permit implements AutoCloseable {
        private final int workers;
        private boolean isWhole;

        private Permit(int workers) {
            this.workers = workers;
        }

        /** Tells whether all workers have their slots: as long as one has not, no other gang starts. */
        void tell(boolean hasAll) {
            synchronized (GangSlots.this) {
                if (isWhole != hasAll) {
                    isWhole = hasAll;
                    GangSlots.this.notifyAll();
                }
            }
        }

        @Override
        public void close() {
            synchronized (GangSlots.this) {
                admitted.remove(this);
                queue.remove(this);
                GangSlots.this.notifyAll();
            }
        }
    }

    /**
     * Waits for its turn.
     *
     * @param workers slots the gang takes
     * @param mostSlots slots there can be; where nobody knows, {@link Integer#MAX_VALUE}, and gangs run one after another
     * @param news hears now and then what is waited for, on the calling thread
     * @throws IllegalStateException if the turn does not come within the deadline for a start
     * @throws TrainingCancelledException if the thread is interrupted
     */
    Permit acquire(int workers, int mostSlots, Deadlines deadlines, Consumer<String> news) {
        Permit permit = new Permit(workers);
        long start = System.nanoTime();
        long reminded = start;
        boolean isAdmitted = false;
        synchronized (this) {
            queue.add(permit);
        }
        try {
            while (!isAdmitted) {
                isAdmitted = admit(permit, mostSlots);
                long now = System.nanoTime();
                if (!isAdmitted && now - start > deadlines.start().toNanos()) {
                    throw new IllegalStateException(status(workers, mostSlots) + "; its turn did not come within "
                            + deadlines.start().toSeconds() + " s (spark.sparkmlext.startTimeout)");
                }
                if (!isAdmitted && now - reminded > TimeUnit.SECONDS.toNanos(REMIND_SECONDS)) {
                    reminded = now;
                    String text = status(workers, mostSlots) + " since " + TimeUnit.NANOSECONDS.toSeconds(now - start)
                            + " s; it gives up after " + deadlines.start().toSeconds()
                            + " s (spark.sparkmlext.startTimeout)";
                    LOG.info("{}", text);
                    news.accept(text);
                }
            }
            return permit;
        } finally {
            if (!isAdmitted) {
                permit.close();
            }
        }
    }

    /** Admits the permit if it is its turn, else waits a moment for that. */
    private synchronized boolean admit(Permit permit, int mostSlots) {
        if (queue.peek() == permit && hasRoom(permit.workers, mostSlots)) {
            queue.remove();
            admitted.add(permit);
            return true;
        }
        try {
            TimeUnit.MILLISECONDS.timedWait(this, 500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("training was cancelled: the calling thread was interrupted");
        }
        return false;
    }

    private boolean hasRoom(int workers, int mostSlots) {
        boolean isKnown = mostSlots < Integer.MAX_VALUE;
        return admitted.isEmpty()
                || (isKnown && admitted.stream().allMatch(permit -> permit.isWhole) && workers <= mostSlots - taken());
    }

    private synchronized String status(int workers, int mostSlots) {
        return "training with " + workers + (workers == 1 ? " worker" : " workers") + " waits for " + admitted.size()
                + (admitted.size() == 1 ? " other training" : " other trainings") + " of this application, which take "
                + taken() + " of "
                + (mostSlots < Integer.MAX_VALUE
                        ? "at most " + mostSlots + " slots"
                        : "an unknown number of slots (spark.dynamicAllocation.maxExecutors is not set)");
    }

    private int taken() {
        return admitted.stream().mapToInt(permit -> permit.workers).sum();
    }
}
