package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Runs a loop's iterations on a rank's threads, the caller among them. For work of the host:
 * binning before the first round, a user's own loss in every one.
 */
final class HostThreads implements AutoCloseable {

    private final int numThreads;
    private final ExecutorService executor;

    HostThreads(int numThreads) {
        this.numThreads = numThreads;
        this.executor = Executors.newFixedThreadPool(Math.max(1, numThreads - 1), runnable -> {
            Thread thread = new Thread(runnable, "spark-ml-ext-host");
            thread.setDaemon(true);
            return thread;
        });
    }

    int numThreads() {
        return numThreads;
    }

    /** Calls {@code body} once for each of {@code 0 .. count - 1}, in any order, and returns when all are done. */
    void forEach(int count, IntConsumer body) {
        AtomicInteger next = new AtomicInteger();
        Runnable loop = () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                body.accept(i);
            }
        };
        List<Future<?>> others = new ArrayList<>();
        for (int t = 1; t < Math.min(numThreads, count); t++) {
            others.add(executor.submit(loop));
        }
        loop.run();
        for (Future<?> other : others) {
            await(other);
        }
    }

    private static void await(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in a loop over rows or columns", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException("a loop over rows or columns failed: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
