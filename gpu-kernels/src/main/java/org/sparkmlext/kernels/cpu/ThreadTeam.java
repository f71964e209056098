package org.sparkmlext.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that work off numbered items together with the thread that calls.
 *
 * <p>Made for many short jobs from one caller: a tree of 63 leaves is some hundred jobs of 10 to 1000 microseconds. The
 * caller starts at once and never waits for a thread that is still waking up: items are claimed one by one, and a thread
 * that comes late finds none left. After a job a thread looks out for the next one for a moment, then sleeps.
 */
final class ThreadTeam implements AutoCloseable {

    /** Longer than the gap between two kernels of a tree, far shorter than anything a user would see as load. */
    private static final long SPIN_NANOS = 50_000;

    /** Spins between two looks at the clock. */
    private static final int SPINS_PER_CLOCK = 32;

    private final Worker[] workers;
    private final boolean canSpin;
    private volatile @Nullable Job job;
    private volatile boolean isClosed;
    private int lastJobNumber;

    /** What every participating thread runs once per job. */
    interface Work {
        /**
         * Works off {@code first} and then whatever {@code job.next()} gives, until that is negative.
         *
         * @param worker number of the thread, below {@link #numThreads()}; no two threads of a job share one
         */
        void run(int worker, int first, Job job);
    }

    /** Work on one item that knows nothing of the others. */
    interface Item {
        void run(int worker, int item);
    }

    /** @param numThreads threads that work, the caller included; {@code numThreads - 1} are started */
    ThreadTeam(int numThreads) {
        canSpin = numThreads <= Runtime.getRuntime().availableProcessors();
        workers = new Worker[numThreads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    int numThreads() {
        return workers.length + 1;
    }

    /** Runs items 0 to {@code numItems - 1}, each once, on any of the threads, and returns when all are done. */
    void forEach(int numItems, Item item) {
        forEach(numItems, numThreads(), item);
    }

    /** As {@link #forEach(int, Item)}, on at most {@code maxThreads} threads. */
    void forEach(int numItems, int maxThreads, Item item) {
        run(numItems, maxThreads, (worker, first, claims) -> {
            for (int i = first; i >= 0; i = claims.next()) {
                item.run(worker, i);
            }
        });
    }

    /**
     * Hands {@code numItems} items to at most {@code maxThreads} threads and returns when all are done. The first error or
     * exception of any thread ends the job and is thrown here.
     */
    void run(int numItems, int maxThreads, Work work) {
        if (isClosed) {
            throw new IllegalStateException("the cpu back end is closed");
        }
        if (numItems == 0) {
            return;
        }
        int helpers = Math.min(Math.min(numItems, maxThreads) - 1, workers.length);
        Job current = new Job(++lastJobNumber, numItems, helpers, work);
        if (helpers > 0) {
            job = current;
            for (int i = 0; i < helpers; i++) {
                workers[i].wake();
            }
        }
        current.help(0);
        if (helpers > 0) {
            current.await(canSpin);
            // Otherwise the job keeps buffers alive until the next one.
            job = null;
        }
        current.rethrow();
    }

    /** Ends the threads and waits for them. */
    @Override
    public void close() {
        isClosed = true;
        boolean wasInterrupted = false;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The items of one call. */
    static final class Job {
        private final int number;
        private final int numItems;
        private final int numHelpers;
        private final Work work;
        private final AtomicInteger claimed = new AtomicInteger();
        /** Threads that may hold an item. */
        private final AtomicInteger active = new AtomicInteger();

        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private volatile @Nullable Thread waiter;

        Job(int number, int numItems, int numHelpers, Work work) {
            this.number = number;
            this.numItems = numItems;
            this.numHelpers = numHelpers;
            this.work = work;
        }

        /** The next item nobody has, or -1. */
        int next() {
            // Look before adding, so that a counter polled after the end cannot run over.
            if (claimed.get() >= numItems) {
                return -1;
            }
            int item = claimed.getAndIncrement();
            return item < numItems ? item : -1;
        }

        void help(int worker) {
            active.incrementAndGet();
            try {
                int first = next();
                if (first >= 0) {
                    work.run(worker, first, this);
                }
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
                claimed.set(numItems);
            } finally {
                if (active.decrementAndGet() == 0) {
                    Thread waiting = waiter;
                    if (waiting != null) {
                        LockSupport.unpark(waiting);
                    }
                }
            }
        }

        /** Waits until no thread holds an item; the caller has found that none is left to claim. */
        void await(boolean canSpin) {
            long end = System.nanoTime() + (canSpin ? SPIN_NANOS : 0);
            while (active.get() > 0) {
                if (System.nanoTime() < end) {
                    Thread.onSpinWait();
                } else {
                    waiter = Thread.currentThread();
                    if (active.get() > 0) {
                        LockSupport.park(this);
                    }
                    if (Thread.currentThread().isInterrupted()) {
                        // park returns at once now; the flag is the caller's to read, so give way instead of clearing
                        // it.
                        Thread.yield();
                    }
                }
            }
        }

        void rethrow() {
            Throwable t = failure.get();
            if (t instanceof Error error) {
                throw error;
            }
            if (t instanceof RuntimeException exception) {
                throw exception;
            }
            if (t != null) {
                throw new IllegalStateException(t);
            }
        }
    }

    private final class Worker extends Thread {
        private final int index;
        private volatile boolean isParked;

        Worker(int index) {
            super("cpu-kernels-" + index);
            this.index = index;
            setDaemon(true);
            // A thread must not keep alive the class loader of the job that happened to open the back end.
            setContextClassLoader(null);
        }

        void wake() {
            if (isParked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            int lastNumber = 0;
            long spinEnd = System.nanoTime();
            while (!isClosed) {
                Job current = job;
                if (current != null && current.number != lastNumber) {
                    lastNumber = current.number;
                    if (index <= current.numHelpers) {
                        current.help(index);
                        spinEnd = System.nanoTime() + SPIN_NANOS;
                    }
                } else if (canSpin && System.nanoTime() < spinEnd) {
                    for (int i = 0; i < SPINS_PER_CLOCK && job == current; i++) {
                        Thread.onSpinWait();
                    }
                } else {
                    sleep(current);
                }
            }
        }

        private void sleep(@Nullable Job known) {
            isParked = true;
            // The caller sets the job before it reads isParked, so one of the two sees the other.
            if (job == known && !isClosed) {
                LockSupport.park(ThreadTeam.this);
            }
            isParked = false;
            // Nobody has a reason to interrupt this thread, and park would return at once for ever.
            boolean ignored = Thread.interrupted();
        }
    }
}
