package org.sparkmlext.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.DenseFeatures;
import org.sparkmlext.data.FeatureBlock;
import org.sparkmlext.data.SequenceFeatures;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.WindowPlan;

/**
 * A {@link TableBlock} as it lies in Spark's storage and travels through a shuffle: an {@code Object[]} of JDK arrays,
 * which every configured serializer can carry (Kryo cannot write a record). Nothing is copied.
 *
 * <p>Layout: rows, isValidation, partition, number within the partition, labels, weights or null, number of base margins, null
 * or what features other than dense ones need beside their arrays, its kind first, then the arrays of the features (one a feature; if
 * sparse: columns, starts, rows, values; if bytes: all of them; if sequences: starts, values) and one array a base margin. The partition and the number give blocks an order that a shuffle cannot disturb.
 */
final class StoredBlock {

    private static final int FIRST_FEATURE = 8;

    /** Kinds of features, the first number of the head. */
    private static final int SPARSE = 0;

    private static final int BYTES = 1;
    private static final int SEQUENCES = 2;

    /**
     * Stands between blocks where they are serialized, and means nothing. Java's serialization keeps every object of a stream
     * until Spark resets it, after {@code spark.serializer.objectStreamReset} objects, 100 by default: of blocks that would be up
     * to 3 GiB, in those who write and in those who read. With enough of these in between it is {@link #MAX_HELD_BYTES}.
     */
    static final String FILLER = "";

    private static final int OBJECTS_UNTIL_RESET = 100;
    private static final long MAX_HELD_BYTES = 32L << 20;

    private StoredBlock() {}

    static Object[] store(TableBlock block, int partition, int number) {
        Object[] features = arrays(block.features());
        float @Nullable [][] margins = block.baseMargins();
        int numMargins = margins == null ? 0 : margins.length;
        Object[] stored = new Object[FIRST_FEATURE + features.length + numMargins];
        stored[0] = block.numRows();
        stored[1] = block.isValidation();
        stored[2] = partition;
        stored[3] = number;
        stored[4] = block.labels();
        stored[5] = block.weights();
        stored[6] = numMargins;
        stored[7] = head(block.features());
        System.arraycopy(features, 0, stored, FIRST_FEATURE, features.length);
        if (margins != null) {
            System.arraycopy(margins, 0, stored, FIRST_FEATURE + features.length, numMargins);
        }
        return stored;
    }

    private static int @Nullable [] head(FeatureBlock features) {
        if (features instanceof SparseFeatures sparse) {
            return new int[] {SPARSE, sparse.numFeatures(), Float.floatToIntBits(sparse.absent())};
        }
        if (features instanceof ByteFeatures bytes) {
            return new int[] {BYTES, bytes.numFeatures(), Float.floatToIntBits(bytes.missing())};
        }
        if (features instanceof SequenceFeatures sequences) {
            return head(sequences);
        }
        return null;
    }

    private static int[] head(SequenceFeatures sequences) {
        WindowPlan plan = sequences.plan();
        IntStream numbers = IntStream.of(
                SEQUENCES, sequences.channels(), plan.length(), plan.stride(), plan.horizon(), plan.numInputs());
        IntStream targets = plan.targetChannels().stream().mapToInt(Integer::intValue);
        return IntStream.concat(numbers, targets).toArray();
    }

    private static SequenceFeatures sequences(int[] head, int[] starts, float[] values) {
        List<Integer> targets = Arrays.stream(head, 6, head.length).boxed().toList();
        WindowPlan plan = new WindowPlan(head[2], head[3], head[4], head[5], targets);
        return new SequenceFeatures(plan, head[1], starts, values);
    }

    private static Object[] arrays(FeatureBlock features) {
        if (features instanceof SequenceFeatures sequences && sequences.isOnHeap()) {
            return new Object[] {sequences.starts(), sequences.values()};
        }
        if (features instanceof ByteFeatures bytes) {
            return new Object[] {bytes.bytes()};
        }
        if (features instanceof SparseFeatures sparse) {
            return new Object[] {sparse.columns(), sparse.starts(), sparse.rows(), sparse.values()};
        }
        if (features instanceof DenseFeatures dense) {
            return dense.columns();
        }
        throw new IllegalArgumentException(features + " belong to one process and cannot be stored");
    }

    /** The block; its features are new holders of the stored arrays, so dropping them leaves the store alone. */
    static TableBlock load(Object[] stored) {
        int numMargins = (Integer) stored[6];
        int firstMargin = stored.length - numMargins;
        float @Nullable [] weights = (float[]) stored[5];
        return new TableBlock(
                (Integer) stored[0],
                features(stored, firstMargin),
                (float[]) stored[4],
                weights,
                numMargins == 0 ? null : arrays(stored, firstMargin, stored.length),
                (Boolean) stored[1]);
    }

    private static FeatureBlock features(Object[] stored, int end) {
        int[] head = (int[]) stored[7];
        if (head == null) {
            return new DenseFeatures(arrays(stored, FIRST_FEATURE, end));
        }
        if (head[0] == SEQUENCES) {
            return sequences(head, (int[]) stored[FIRST_FEATURE], (float[]) stored[FIRST_FEATURE + 1]);
        }
        int numRows = (Integer) stored[0];
        float special = Float.intBitsToFloat(head[2]);
        if (head[0] == BYTES) {
            return new ByteFeatures(head[1], numRows, special, (byte[]) stored[FIRST_FEATURE]);
        }
        return new SparseFeatures(
                head[1],
                numRows,
                special,
                (int[]) stored[FIRST_FEATURE],
                (int[]) stored[FIRST_FEATURE + 1],
                (short[]) stored[FIRST_FEATURE + 2],
                (float[]) stored[FIRST_FEATURE + 3]);
    }

    private static float[][] arrays(Object[] stored, int from, int to) {
        float[][] arrays = new float[to - from][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = (float[]) stored[from + i];
        }
        return arrays;
    }

    /** How many {@link #FILLER}s should follow a block. */
    static int numFillers(Object[] stored) {
        long bytes = 0;
        for (Object part : stored) {
            bytes += part instanceof float[] floats
                    ? 4L * floats.length
                    : part instanceof short[] rows
                            ? 2L * rows.length
                            : part instanceof byte[] values ? values.length : 0;
        }
        return (int) Math.min(OBJECTS_UNTIL_RESET, bytes * OBJECTS_UNTIL_RESET / MAX_HELD_BYTES);
    }

    static int partition(Object[] stored) {
        return (Integer) stored[2];
    }

    static int number(Object[] stored) {
        return (Integer) stored[3];
    }
}
