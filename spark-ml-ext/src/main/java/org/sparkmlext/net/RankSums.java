package org.sparkmlext.net;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.AdditiveListener;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.net.SumBuckets.Bucket;
import org.sparkmlext.training.TrainingCancelledException;

/**
 * Adds what every rank's batch gave: takes the additive array from the device, adds it over ranks, bucket by bucket in a fixed order, and
 * puts it back. With a single rank only the few sums that the host reads leave the device.
 *
 * <p>Where ranks are in several processes, a bucket is added by a thread of its own while the program goes on with its backward pass: for a
 * step {@link #begin}, the program's run with this as its listener, {@link #exchange}. In between nobody else may use the collective. The
 * sums have the same bits whether they overlap or not.
 */
final class RankSums implements AdditiveListener, AutoCloseable {

    /** Four megabytes: large enough that a message's delay is small beside its transport. */
    private static final int BUCKET_FLOATS = 1 << 20;

    private final Collective collective;
    private final ModelLayout layout;
    private final Buffer additive;
    private final float[] host;
    private final SumBuckets buckets;
    private final Queue<Future<Bucket>> travelling = new ArrayDeque<>();
    /** Null where sums do not overlap. */
    private final @Nullable ExecutorService sender;

    RankSums(Collective collective, ModelMemory memory) {
        this(collective, memory, BUCKET_FLOATS, collective.isRemote());
    }

    /** @param overlaps whether buckets are added during the backward pass */
    RankSums(Collective collective, ModelMemory memory, int bucketFloats, boolean overlaps) {
        this.collective = collective;
        this.layout = memory.layout();
        this.additive = memory.additive();
        this.host = new float[layout.additiveLength()];
        this.buckets = new SumBuckets(layout, bucketFloats);
        this.sender = overlaps
                ? Executors.newSingleThreadExecutor(task -> {
                    Thread thread = new Thread(task, "sums of rank " + collective.rank());
                    thread.setDaemon(true);
                    return thread;
                })
                : null;
    }

    /** A step begins. */
    void begin() {
        buckets.restart();
    }

    /** Hands over the buckets that are complete with this part, copied from the device. */
    @Override
    public void complete(int from, int to) {
        if (sender == null) {
            return;
        }
        for (Bucket bucket : buckets.completed(from, to)) {
            additive.copyOut(bucket.from(), host, bucket.from(), bucket.length());
            travelling.add(sender.submit(() -> {
                collective.sum(host, bucket.from(), bucket.length());
                return bucket;
            }));
        }
    }

    /**
     * Ends a step: afterwards the device has the sums over ranks.
     *
     * @param hasRows whether this rank's program has run, with this as its listener; else it adds nothing
     */
    void exchange(boolean hasRows) {
        if (collective.size() == 1) {
            exchangeAlone(hasRows);
        } else if (hasRows && sender != null) {
            await();
        } else {
            if (!hasRows) {
                Arrays.fill(host, 0);
            }
            for (Bucket bucket : buckets.all()) {
                if (hasRows) {
                    additive.copyOut(bucket.from(), host, bucket.from(), bucket.length());
                }
                collective.sum(host, bucket.from(), bucket.length());
                additive.copyIn(bucket.from(), host, bucket.from(), bucket.length());
            }
        }
    }

    private void exchangeAlone(boolean hasRows) {
        if (hasRows) {
            int from = layout.rowsAt();
            additive.copyOut(from, host, from, host.length - from);
        } else {
            Arrays.fill(host, 0);
            additive.copyIn(0, host, 0, host.length);
        }
    }

    private void await() {
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

    /** A named sum of the batch over all ranks. */
    double sum(String name) {
        return host[layout.sumAt(name)];
    }

    /** Takes no more sums. One that is under way is not interrupted: that would end the collective with a wrong cause. */
    @Override
    public void close() {
        if (sender != null) {
            sender.shutdown();
        }
    }
}
