package org.sparkmlext.net;

import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.AdditiveListener;
import org.sparkmlext.kernels.graph.AdditiveSums;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.net.SumBuckets.Bucket;

/**
 * Adds what every rank's batch gave: the additive array, over ranks, bucket by bucket in a fixed order. With a single rank only the few
 * sums that the host reads leave the device.
 *
 * <p>Where ranks are in several processes, or their devices add by themselves, buckets are added while the program goes on with its backward pass: for a step {@link #begin},
 * the program's run with {@link #listener}, {@link #exchange}. In between nobody else may use the collective. The sums have the same bits
 * whether they overlap or not.
 */
final class RankSums implements AdditiveListener, AutoCloseable {

    /** What a rank without rows adds, a piece at a time. */
    private static final float[] ZEROS = new float[1 << 16];

    /** Four megabytes: large enough that a message's delay is small beside its transport. */
    private static final int BUCKET_FLOATS = 1 << 20;

    private final boolean isAlone;
    private final ModelLayout layout;
    private final Buffer additive;
    private final SumBuckets buckets;
    private final AdditiveSums sums;
    /** What the host reads: the end of the array, from the number of rows on. */
    private final float[] read;

    private boolean isRead;

    /** @param sums of the memory's additive array over the collective's ranks; closed with this */
    RankSums(Collective collective, ModelMemory memory, AdditiveSums sums) {
        this(collective, memory, BUCKET_FLOATS, sums);
    }

    RankSums(Collective collective, ModelMemory memory, int bucketFloats, AdditiveSums sums) {
        isAlone = collective.size() == 1;
        layout = memory.layout();
        additive = memory.additive();
        buckets = new SumBuckets(layout, bucketFloats);
        this.sums = sums;
        read = new float[layout.additiveLength() - layout.rowsAt()];
    }

    /** A step begins. */
    void begin() {
        buckets.restart();
    }

    /** What the program's run is to tell: nobody where sums do not overlap, so that the run need not be cut into parts. */
    AdditiveListener listener() {
        return sums.overlaps() ? this : AdditiveListener.NONE;
    }

    /** Begins the sums of the buckets that are complete with this part. */
    @Override
    public void complete(int from, int to) {
        if (sums.overlaps()) {
            buckets.completed(from, to).forEach(this::add);
        }
    }

    private void add(Bucket bucket) {
        sums.begin(bucket.from(), bucket.length());
    }

    /**
     * Ends a step: afterwards the device has the sums over ranks.
     *
     * @param hasRows whether this rank's program has run, with {@link #listener}; else it adds nothing
     */
    void exchange(boolean hasRows) {
        if (!hasRows) {
            for (int at = 0; at < additive.length(); at += ZEROS.length) {
                additive.copyIn(at, ZEROS, 0, Math.min(ZEROS.length, additive.length() - at));
            }
        }
        if (!isAlone) {
            if (!hasRows || !sums.overlaps()) {
                buckets.all().forEach(this::add);
            }
            sums.await();
        }
        isRead = false;
    }

    /** A named sum of the last step's batches over all ranks. Read when it is first asked for, so that the update need not wait for it. */
    double sum(String name) {
        if (!isRead) {
            additive.copyOut(layout.rowsAt(), read, 0, read.length);
            isRead = true;
        }
        return read[layout.sumAt(name) - layout.rowsAt()];
    }

    /** No rank will have another step. Collective. */
    void finish() {
        sums.finish();
    }

    /** Takes no more sums. */
    @Override
    public void close() {
        sums.close();
    }
}
