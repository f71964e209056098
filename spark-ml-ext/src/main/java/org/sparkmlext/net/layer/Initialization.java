package org.sparkmlext.net.layer;

import org.sparkmlext.kernels.graph.Shape;

/**
 * How one parameter starts.
 *
 * @param fanIn numbers that are added up for one output
 * @param fanOut outputs that one number goes into
 */
public record Initialization(Initializer initializer, long fanIn, long fanOut) {

    public static final Initialization ZEROS = new Initialization(Initializer.ZEROS, 1, 1);
    public static final Initialization ONES = new Initialization(Initializer.ONES, 1, 1);

    public Initialization {
        if (fanIn < 1 || fanOut < 1) {
            throw new IllegalArgumentException(
                    "fan-in is " + fanIn + " and fan-out " + fanOut + "; both must be at least 1");
        }
    }

    /** For weights O x K, or O x C/groups x kernel height x kernel width. */
    public static Initialization of(Initializer initializer, Shape weights, int groups) {
        long fanIn = weights.elementsPerRow();
        long window = weights.rank() == 2 ? 1 : fanIn / weights.size(1);
        return new Initialization(initializer, fanIn, Math.max(1, weights.size(0) / groups * window));
    }

    /** Writes {@code length} numbers of the parameter {@code name}: a function of seed, name and position alone. */
    public void fill(long seed, String name, float[] out, int from, int length) {
        initializer.fill(seed, name, fanIn, fanOut, out, from, length);
    }
}
