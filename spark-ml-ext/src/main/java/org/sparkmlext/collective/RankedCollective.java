package org.sparkmlext.collective;

import java.util.Objects;

/** Checks arguments, counts, and turns every call into one {@link Operation}. */
abstract class RankedCollective implements Collective {
    private final int rank;
    private final int size;
    private volatile long operations;
    private volatile long totalNanos;

    RankedCollective(int rank, int size) {
        this.rank = rank;
        this.size = size;
    }

    /** Runs one operation; arguments are checked. */
    abstract void execute(Operation operation);

    abstract long bytesSent();

    abstract long waitNanos();

    @Override
    public final int rank() {
        return rank;
    }

    @Override
    public final int size() {
        return size;
    }

    @Override
    public final void sum(long[] values, int from, int length) {
        Objects.checkFromIndexSize(from, length, values.length);
        run(
                Operation.Kind.SUM,
                new LongOperand(values, from, length, LongOperand.Fold.SUM),
                Segments.even(length, size),
                0);
    }

    @Override
    public final void sum(float[] values, int from, int length) {
        Objects.checkFromIndexSize(from, length, values.length);
        run(Operation.Kind.SUM, new FloatOperand(values, from, length, false), Segments.even(length, size), 0);
    }

    @Override
    public final void max(long[] values, int from, int length) {
        Objects.checkFromIndexSize(from, length, values.length);
        run(
                Operation.Kind.MAX,
                new LongOperand(values, from, length, LongOperand.Fold.MAX),
                Segments.even(length, size),
                0);
    }

    @Override
    public final void max(float[] values, int from, int length) {
        Objects.checkFromIndexSize(from, length, values.length);
        run(Operation.Kind.MAX, new FloatOperand(values, from, length, true), Segments.even(length, size), 0);
    }

    @Override
    public final void or(long[] values, int from, int length) {
        Objects.checkFromIndexSize(from, length, values.length);
        run(
                Operation.Kind.OR,
                new LongOperand(values, from, length, LongOperand.Fold.OR),
                Segments.even(length, size),
                0);
    }

    @Override
    public final void reduceScatter(long[] values, int[] segmentEnds) {
        Segments segments = Segments.ending(segmentEnds, size, values.length);
        run(
                Operation.Kind.REDUCE_SCATTER,
                new LongOperand(values, 0, segments.total(), LongOperand.Fold.SUM),
                segments,
                0);
    }

    @Override
    public final void allGather(long[] values, int[] segmentEnds) {
        Segments segments = Segments.ending(segmentEnds, size, values.length);
        run(Operation.Kind.ALL_GATHER, new LongOperand(values, 0, segments.total(), LongOperand.Fold.SUM), segments, 0);
    }

    @Override
    public final void broadcast(int root, byte[] values, int from, int length) {
        Objects.checkFromIndexSize(from, length, values.length);
        if (root < 0 || root >= size) {
            throw new IllegalArgumentException("root is rank " + root + ", allowed: 0 to " + (size - 1));
        }
        run(Operation.Kind.BROADCAST, new ByteOperand(values, from, length), Segments.even(length, size), root);
    }

    @Override
    public final void barrier() {
        run(Operation.Kind.BARRIER, new ByteOperand(new byte[0], 0, 0), Segments.even(0, size), 0);
    }

    @Override
    public final CollectiveMetrics metrics() {
        return new CollectiveMetrics(operations, bytesSent(), totalNanos, waitNanos());
    }

    // Written by the one thread that calls operations, read by any.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void run(Operation.Kind kind, Operand operand, Segments segments, int root) {
        long start = System.nanoTime();
        execute(new Operation(kind, operand, segments, root));
        totalNanos += System.nanoTime() - start;
        operations++;
    }
}
