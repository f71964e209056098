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
    /** {@code numTargets} numbers a row. */
    private final float[] targets;

    private final int numTargets;
    private final float[] weights;
    private final long digest;

    private NetworkRows(
            int width,
            Object[] values,
            int[] blocks,
            int[] places,
            float[] targets,
            int numTargets,
            float[] weights,
            long digest) {
        this.width = width;
        this.values = values;
        this.blocks = blocks;
        this.places = places;
        this.targets = targets;
        this.numTargets = numTargets;
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
        int numTargets = table.stream().mapToInt(NetworkRows::numTargets).max().orElse(1);
        float[] target = new float[numRows * numTargets];
        float[] weight = new float[numRows];
        int row = 0;
        for (int b = 0; b < values.length; b++) {
            TableBlock rows = table.get(b);
            values[b] = rowMajor(rows, width);
            for (int r = 0; r < rows.numRows(); r++, row++) {
                block[row] = b;
                place[row] = r;
                for (int k = 0; k < numTargets; k++) {
                    target[row * numTargets + k] = rows.targets() == null ? rows.labels()[r] : rows.targets()[k][r];
                }
                weight[row] = rows.weights() == null ? 1 : rows.weights()[r];
                hashes[row] = hash(values[b], r * width, width, target, row * numTargets, numTargets, weight[row]);
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
                pick(target, order, numTargets),
                numTargets,
                pick(weight, order, 1),
                RowOrder.finish(digest));
    }

    private static int numTargets(TableBlock block) {
        float[][] targets = block.targets();
        return targets == null ? 1 : targets.length;
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

    private static long hash(
            Object values, int from, int width, float[] targets, int firstTarget, int numTargets, float weight) {
        long hash = RowOrder.mix(Float.floatToIntBits(targets[firstTarget]), Float.floatToIntBits(weight));
        for (int k = 1; k < numTargets; k++) {
            hash = RowOrder.mix(hash, Float.floatToIntBits(targets[firstTarget + k]));
        }
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

    private static float[] pick(float[] values, int[] order, int each) {
        float[] picked = new float[order.length * each];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(values, order[i] * each, picked, i * each, each);
        }
        return picked;
    }

    /** Of the content of all rows, whatever order they came in. */
    long digest() {
        return digest;
    }

    int numRows() {
        return places.length;
    }

    /** Numbers of a label; 1 where there is no row. */
    int numTargets() {
        return numTargets;
    }

    /** The label of a row, of several numbers the first. */
    float label(int row) {
        return targets[row * numTargets];
    }

    /** Copies a row's label to {@code copy[at .. at + numTargets)}. */
    void copyTargets(int row, float[] copy, int at) {
        System.arraycopy(targets, row * numTargets, copy, at, numTargets);
    }

    /** The largest label as a whole number, where labels are classes; -1 where there is no row. */
    long largestLabel() {
        float largest = -1;
        for (float label : targets) {
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
