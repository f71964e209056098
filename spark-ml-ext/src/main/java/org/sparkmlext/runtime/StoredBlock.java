package org.sparkmlext.runtime;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableBlock;

/**
 * A {@link TableBlock} as it lies in Spark's storage and travels through a shuffle: an {@code Object[]} of JDK arrays,
 * which every configured serializer can carry (Kryo cannot write a record). Nothing is copied.
 *
 * <p>Layout: rows, isValidation, partition, number within the partition, labels, weights or null, then one array a
 * feature. The partition and the number give blocks an order that a shuffle cannot disturb.
 */
final class StoredBlock {

    private static final int FIRST_FEATURE = 6;

    private StoredBlock() {}

    static Object[] store(TableBlock block, int partition, int number) {
        Object[] stored = new Object[FIRST_FEATURE + block.features().length];
        stored[0] = block.numRows();
        stored[1] = block.isValidation();
        stored[2] = partition;
        stored[3] = number;
        stored[4] = block.labels();
        stored[5] = block.weights();
        System.arraycopy(block.features(), 0, stored, FIRST_FEATURE, block.features().length);
        return stored;
    }

    static TableBlock load(Object[] stored) {
        float[][] features = new float[stored.length - FIRST_FEATURE][];
        for (int c = 0; c < features.length; c++) {
            features[c] = (float[]) stored[FIRST_FEATURE + c];
        }
        float @Nullable [] weights = (float[]) stored[5];
        return new TableBlock((Integer) stored[0], features, (float[]) stored[4], weights, (Boolean) stored[1]);
    }

    static int partition(Object[] stored) {
        return (Integer) stored[2];
    }

    static int number(Object[] stored) {
        return (Integer) stored[3];
    }
}
