package org.sparkmlext.collective;

/**
 * One rank's way to sum with the others.
 *
 * <p>Every operation is collective: all ranks call the same operations in the same order with the same lengths, or all of
 * them fail with a {@link CollectiveException} that names the rank at fault. After a failure or {@link #abort} every call
 * fails. Calls come from one thread at a time; {@link #abort} may come from any. {@link #check} alone is no operation.
 *
 * <p>Integer sums are exact, whatever the order. Float sums are added in a fixed order that depends on size, length and
 * transport only, so that all ranks get the same bits, run after run.
 */
public interface Collective extends AutoCloseable {

    /** The collective of a single rank: every result is already there. */
    static Collective solo() {
        return new SoloCollective();
    }

    int rank();

    int size();

    /** Whether other ranks are in other processes, so that operations mostly wait for messages; else they mostly compute. */
    boolean isRemote();

    /** Replaces {@code values[from, from + length)} by the sum over ranks; wraps around like Java's {@code +}. */
    void sum(long[] values, int from, int length);

    /** Replaces {@code values[from, from + length)} by the sum over ranks, in the fixed order. */
    void sum(float[] values, int from, int length);

    /** Replaces {@code values[from, from + length)} by the maximum over ranks. */
    void max(long[] values, int from, int length);

    /** Replaces {@code values[from, from + length)} by the maximum over ranks; NaN wins. */
    void max(float[] values, int from, int length);

    /** Replaces {@code values[from, from + length)} by the union over ranks, bit by bit: Java's {@code |}. */
    void or(long[] values, int from, int length);

    /**
     * Sums, and leaves each rank its own segment of the result: rank r's is {@code [segmentEnds[r - 1], segmentEnds[r])}
     * (from 0 for rank 0). The rest of {@code values} is undefined afterwards.
     *
     * @param segmentEnds ascending, one a rank, the last at most {@code values.length}; the same on all ranks
     */
    void reduceScatter(long[] values, int[] segmentEnds);

    /**
     * The reverse of the scatter: each rank's segment reaches all ranks. Segments as in {@link #reduceScatter}.
     */
    void allGather(long[] values, int[] segmentEnds);

    /** Copies {@code values[from, from + length)} of rank {@code root} to all ranks. */
    void broadcast(int root, byte[] values, int from, int length);

    /** Waits until every rank is here. */
    void barrier();

    /**
     * Looks, without waiting for anybody, whether the collective has ended: another rank has aborted or is lost, or this one is cancelled.
     * For who waits for other ranks by other means; of this rank alone, in any number, between two operations.
     *
     * @throws CollectiveException then, as an operation would
     */
    void check();

    /**
     * Ends the collective on all ranks: idempotent, from any thread, never blocks for long. The first cause wins; others
     * get a {@link CollectiveException} that names this rank and the cause's message.
     */
    void abort(Throwable cause);

    /** Counters since the start. */
    CollectiveMetrics metrics();

    /** Frees sockets and memory; waits for nobody. Closing twice is allowed. */
    @Override
    void close();
}
