package org.sparkmlext.collective;

import java.util.Arrays;
import java.util.Random;

/** What the ranks bring. */
final class RankValues {
    private RankValues() {}

    static long[][] randomLongs(Random random, int size, int length) {
        long[][] all = new long[size][];
        Arrays.setAll(all, rank -> random.longs(length).toArray());
        return all;
    }

    /** Of very different sizes, so that another order gives other bits. */
    static float[][] randomFloats(Random random, int size, int length) {
        float[][] all = new float[size][length];
        for (float[] values : all) {
            for (int i = 0; i < length; i++) {
                values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(8)));
            }
        }
        return all;
    }
}
