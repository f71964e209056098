package org.sparkmlext.collective;

/** The documented orders, one plain loop each: what every rank must hold, bit for bit. */
final class SerialSums {
    private SerialSums() {}

    static long[] sum(long[][] byRank) {
        long[] sum = new long[byRank[0].length];
        for (long[] values : byRank) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values[i];
            }
        }
        return sum;
    }

    /** {@code ((v0 + v1) + v2) + ...}. */
    static float[] byRank(float[][] byRank) {
        float[] sum = byRank[0].clone();
        for (int rank = 1; rank < byRank.length; rank++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += byRank[rank][i];
            }
        }
        return sum;
    }

    /** Segment j: {@code ((v[j+1] + v[j+2]) + ...) + v[j]}. */
    static float[] byRing(float[][] byRank) {
        int size = byRank.length;
        int length = byRank[0].length;
        float[] sum = new float[length];
        for (int j = 0; j < size; j++) {
            for (int i = (int) ((long) length * j / size); i < (int) ((long) length * (j + 1) / size); i++) {
                float at = byRank[(j + 1) % size][i];
                for (int hop = 2; hop <= size; hop++) {
                    at += byRank[(j + hop) % size][i];
                }
                sum[i] = at;
            }
        }
        return sum;
    }
}
