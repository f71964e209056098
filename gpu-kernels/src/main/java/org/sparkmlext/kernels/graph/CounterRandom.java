package org.sparkmlext.kernels.graph;

/**
 * Random numbers that are a function of where they are used and not of what was drawn before: the same on every back end, for
 * every number of workers and any order of work.
 *
 * <p>Every number is the finaliser of SplitMix64 (Steele, Lea, Flood 2014) over a counter. A number is named by seed, step, stream
 * (which op), row (place in the data, not in the batch) and position in the row. <b>Position</b> counts with the channel fastest: of
 * the element (c, h, w) of an image it is {@code (h * W + w) * C + c}, since back ends keep channels together; of a row without image
 * axes it is the plain index.
 */
public final class CounterRandom {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** Bits of a threshold: what {@link #bits} returns is below {@code 2^BITS}. */
    public static final int BITS = 24;

    private CounterRandom() {}

    /** The part of the key that all elements of a row share. */
    public static long rowKey(long seed, long step, int stream, long row) {
        long key = mix(seed + GOLDEN);
        key = mix(key ^ (step + GOLDEN));
        key = mix(key ^ (((long) stream << 32) + GOLDEN));
        return mix(key ^ (row + GOLDEN));
    }

    /** {@link #BITS} random bits of one position. */
    public static int bits(long rowKey, int position) {
        return (int) (mix(rowKey + position * GOLDEN) >>> (Long.SIZE - BITS));
    }

    /** Elements with {@code bits < threshold} are dropped: {@code rate * 2^BITS}, rounded. */
    public static int threshold(float rate) {
        return Math.round(rate * (1 << BITS));
    }

    private static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }
}
