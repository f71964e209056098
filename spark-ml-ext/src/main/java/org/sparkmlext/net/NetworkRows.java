package org.sparkmlext.net;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.FeatureBlock;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * A shard's rows as a network reads them: each row's values together, rows in an order that their content decides.
 *
 * <p>Unsigned bytes stay where the blocks have them. Blocks of floats are columns: they are turned into rows one by one, and lose
 * their columns as that happens.
 */
final class NetworkRows {

    private final int width;
    /** A {@code byte[]} or {@code float[]} a block. */
    private final Object[] values;

    private final int[] blocks;
    private final int[] places;
    private final float[] labels;
    private final float[] weights;
    private final long digest;

    private NetworkRows(
            int width, Object[] values, int[] blocks, int[] places, float[] labels, float[] weights, long digest) {
        this.width = width;
        this.values = values;
        this.blocks = blocks;
        this.places = places;
        this.labels = labels;
        this.weights = weights;
        this.digest = digest;
    }

    /** @param width values a row */
    static NetworkRows of(List<TableBlock> table, int width) {
        int numRows = table.stream().mapToInt(TableBlock::numRows).sum();
        Object[] values = new Object[table.size()];
        long[] hashes = new long[numRows];
        int[] block = new int[numRows];
        int[] place = new int[numRows];
        float[] label = new float[numRows];
        float[] weight = new float[numRows];
        int row = 0;
        for (int b = 0; b < values.length; b++) {
            TableBlock rows = table.get(b);
            values[b] = rowMajor(rows, width);
            for (int r = 0; r < rows.numRows(); r++, row++) {
                block[row] = b;
                place[row] = r;
                label[row] = rows.labels()[r];
                weight[row] = rows.weights() == null ? 1 : rows.weights()[r];
                hashes[row] = hash(values[b], r * width, width, label[row], weight[row]);
            }
        }
        int[] order = RowOrder.byHash(hashes);
        long digest = numRows;
        for (int next : order) {
            digest = RowOrder.mix(digest, hashes[next]);
        }
        return new NetworkRows(
                width,
                values,
                pick(block, order),
                pick(place, order),
                pick(label, order),
                pick(weight, order),
                RowOrder.finish(digest));
    }

    private static Object rowMajor(TableBlock block, int width) {
        FeatureBlock features = block.features();
        if (features.numFeatures() != width) {
            throw new InvalidTrainingDataException("rows have " + features.numFeatures()
                    + " values, but the network takes " + width
                    + ". Resize the images (ImageAssembler) or change the network's input.");
        }
        if (features instanceof ByteFeatures bytes) {
            return bytes.bytes();
        }
        float[] rows = new float[block.numRows() * width];
        features.copyRows(0, block.numRows(), rows);
        block.dropFeatures();
        return rows;
    }

    private static long hash(Object values, int from, int width, float label, float weight) {
        long hash = RowOrder.mix(Float.floatToIntBits(label), Float.floatToIntBits(weight));
        if (values instanceof byte[] bytes) {
            for (int i = from; i < from + width; i++) {
                // As the float it stands for: the same pixels have the same order, whatever form their column had.
                hash = RowOrder.mix(hash, Float.floatToIntBits(Byte.toUnsignedInt(bytes[i])));
            }
        } else {
            float[] floats = (float[]) values;
            for (int i = from; i < from + width; i++) {
                hash = RowOrder.mix(hash, Float.floatToIntBits(floats[i]));
            }
        }
        return RowOrder.finish(hash);
    }

    private static int[] pick(int[] values, int[] order) {
        return Arrays.stream(order).map(row -> values[row]).toArray();
    }

    private static float[] pick(float[] values, int[] order) {
        float[] picked = new float[order.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = values[order[i]];
        }
        return picked;
    }

    /** Of the content of all rows, whatever order they came in. */
    long digest() {
        return digest;
    }

    int numRows() {
        return labels.length;
    }

    float label(int row) {
        return labels[row];
    }

    /** The largest label as a whole number; -1 where there is no row. */
    long largestLabel() {
        float largest = -1;
        for (float label : labels) {
            largest = Math.max(largest, label);
        }
        return (long) largest;
    }

    float weight(int row) {
        return weights[row];
    }

    /** Copies a row to {@code target[at .. at + width)}; only for rows of bytes, see {@link #areBytes}. */
    void copyBytes(int row, byte[] target, int at) {
        System.arraycopy(values[blocks[row]], places[row] * width, target, at, width);
    }

    /** Copies a row to {@code target[at .. at + width)}, bytes as the whole numbers 0 to 255. */
    void copyFloats(int row, float[] target, int at) {
        int from = places[row] * width;
        if (values[blocks[row]] instanceof byte[] bytes) {
            for (int i = 0; i < width; i++) {
                target[at + i] = Byte.toUnsignedInt(bytes[from + i]);
            }
        } else {
            System.arraycopy(values[blocks[row]], from, target, at, width);
        }
    }

    /** Whether all rows are unsigned bytes. */
    boolean areBytes() {
        return Arrays.stream(values).allMatch(byte[].class::isInstance);
    }
}
