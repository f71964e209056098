package org.sparkmlext.runtime;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableBlock;

/**
 * A {@link TableBlock} as it lies in Spark's storage and travels through a shuffle: an {@code Object[]} of JDK arrays,
 * which every configured serializer can carry (Kryo cannot write a record). Nothing is copied.
 *
 * <p>Layout: rows, isValidation, partition, number within the partition, labels, weights or null, number of base margins,
 * then one array a feature and one a base margin. The partition and the number give blocks an order that a shuffle cannot disturb.
 */
final class StoredBlock {

    private static final int FIRST_FEATURE = 7;

    private StoredBlock() {}

    static Object[] store(TableBlock block, int partition, int number) {
        int numFeatures = block.features().length;
        float @Nullable [][] margins = block.baseMargins();
        int numMargins = margins == null ? 0 : margins.length;
        Object[] stored = new Object[FIRST_FEATURE + numFeatures + numMargins];
        stored[0] = block.numRows();
        stored[1] = block.isValidation();
        stored[2] = partition;
        stored[3] = number;
        stored[4] = block.labels();
        stored[5] = block.weights();
        stored[6] = numMargins;
        System.arraycopy(block.features(), 0, stored, FIRST_FEATURE, numFeatures);
        if (margins != null) {
            System.arraycopy(margins, 0, stored, FIRST_FEATURE + numFeatures, numMargins);
        }
        return stored;
    }

    /** The block; its {@code features} are a new array of the stored columns, so dropping them leaves the store alone. */
    static TableBlock load(Object[] stored) {
        int numMargins = (Integer) stored[6];
        int firstMargin = stored.length - numMargins;
        float @Nullable [] weights = (float[]) stored[5];
        return new TableBlock(
                (Integer) stored[0],
                arrays(stored, FIRST_FEATURE, firstMargin),
                (float[]) stored[4],
                weights,
                numMargins == 0 ? null : arrays(stored, firstMargin, stored.length),
                (Boolean) stored[1]);
    }

    private static float[][] arrays(Object[] stored, int from, int to) {
        float[][] arrays = new float[to - from][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = (float[]) stored[from + i];
        }
        return arrays;
    }

    static int partition(Object[] stored) {
        return (Integer) stored[2];
    }

    static int number(Object[] stored) {
        return (Integer) stored[3];
    }
}
