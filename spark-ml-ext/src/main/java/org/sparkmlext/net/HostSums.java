package org.sparkmlext.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.AdditiveSums;
import org.sparkmlext.net.SumBuckets.Bucket;
import org.sparkmlext.training.TrainingCancelledException;

/**
 * Sums over ranks by way of the host: a part is copied from the device, added by the collective, and put back. Where sums overlap, a thread of
 * their own adds them; from the first part to the end nobody else may use the collective. The bits are the same either way.
 */
final class HostSums implements AdditiveSums {

    private final Collective collective;
    private final Buffer additive;
    private final float[] host;
    private final Queue<Future<Bucket>> travelling = new ArrayDeque<>();
    /** Null where sums do not overlap. */
    private final @Nullable ExecutorService sender;

    HostSums(Collective collective, Buffer additive, boolean overlaps) {
        this.collective = collective;
        this.additive = additive;
        host = new float[collective.size() == 1 ? 0 : additive.length()];
        sender = overlaps
                ? Executors.newSingleThreadExecutor(task -> {
                    Thread thread = new Thread(task, "sums of rank " + collective.rank());
                    thread.setDaemon(true);
                    return thread;
                })
                : null;
    }

    @Override
    public boolean overlaps() {
        return sender != null;
    }

    @Override
    public void begin(int from, int length) {
        additive.copyOut(from, host, from, length);
        if (sender == null) {
            collective.sum(host, from, length);
            additive.copyIn(from, host, from, length);
        } else {
            travelling.add(sender.submit(() -> {
                collective.sum(host, from, length);
                return new Bucket(from, from + length);
            }));
        }
    }

    @Override
    public void await() {
        for (Future<Bucket> next = travelling.poll(); next != null; next = travelling.poll()) {
            Bucket bucket = result(next);
            additive.copyIn(bucket.from(), host, bucket.from(), bucket.length());
        }
    }

    private static Bucket result(Future<Bucket> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("a sum over ranks failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("interrupted during a sum over ranks");
        }
    }

    /** Takes no more sums. One that is under way is not interrupted: that would end the collective with a wrong cause. */
    @Override
    public void close() {
        if (sender != null) {
            sender.shutdown();
        }
    }
}
