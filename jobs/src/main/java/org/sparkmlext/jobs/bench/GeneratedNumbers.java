package org.sparkmlext.jobs.bench;

import java.io.Serializable;
import java.util.SplittableRandom;

/** Random numbers of invented rows: those of a row follow from (seed, id) alone. JDK only. */
abstract class GeneratedNumbers implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long seed;

    GeneratedNumbers(long seed) {
        this.seed = seed;
    }

    final SplittableRandom random(long id) {
        return new SplittableRandom(mix(seed * 0x9E3779B97F4A7C15L + id));
    }

    /** A normal number that belongs to a key, the same in every row. */
    static double effect(long stream, long key) {
        return gaussian(new SplittableRandom(mix(stream * 1000003L + key) ^ 0x5DEECE66DL));
    }

    static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    static double gaussian(SplittableRandom random) {
        double u = 1.0 - random.nextDouble();
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    private static long mix(long z) {
        long once = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long twice = (once ^ (once >>> 27)) * 0x94d049bb133111ebL;
        return twice ^ (twice >>> 31);
    }
}
