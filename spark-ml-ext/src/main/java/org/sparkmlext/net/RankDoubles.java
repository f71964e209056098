package org.sparkmlext.net;

import java.util.Arrays;
import org.sparkmlext.collective.Collective;

/** Doubles added over ranks in the order of the ranks: every rank gets the same bits. */
final class RankDoubles {

    private RankDoubles() {}

    /** Replaces every number by its sum over ranks. Collective. */
    static void sum(double[] values, Collective collective) {
        int size = collective.size();
        if (size == 1) {
            return;
        }
        int count = values.length;
        long[] all = new long[count * size];
        int[] ends = new int[size];
        for (int rank = 0; rank < size; rank++) {
            ends[rank] = (rank + 1) * count;
        }
        for (int i = 0; i < count; i++) {
            all[collective.rank() * count + i] = Double.doubleToRawLongBits(values[i]);
        }
        collective.allGather(all, ends);
        Arrays.fill(values, 0);
        for (int i = 0; i < all.length; i++) {
            values[i % count] += Double.longBitsToDouble(all[i]);
        }
    }
}
