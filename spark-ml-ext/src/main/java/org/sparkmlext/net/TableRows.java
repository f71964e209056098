package org.sparkmlext.net;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TabularFeatures;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * Rows that all have as many values, as images and vectors: each row's values together.
 *
 * <p>Unsigned bytes stay where the blocks have them. Blocks of floats are columns: they are turned into rows one by one, and lose
 * their columns as that happens.
 */
final class TableRows implements NetworkRows {

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

    private TableRows(
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
    static TableRows of(List<TableBlock> table, int width) {
        int numRows = table.stream().mapToInt(TableBlock::numRows).sum();
        Object[] values = new Object[table.size()];
        long[] hashes = new long[numRows];
        int[] block = new int[numRows];
        int[] place = new int[numRows];
        int numTargets = table.stream().mapToInt(NetworkRows::numLabels).max().orElse(1);
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
        return new TableRows(
                width,
                values,
                pick(block, order),
                pick(place, order),
                pick(target, order, numTargets),
                numTargets,
                pick(weight, order, 1),
                RowOrder.finish(digest));
    }

    private static Object rowMajor(TableBlock block, int width) {
        if (!(block.features() instanceof TabularFeatures features)) {
            throw new InvalidTrainingDataException("rows are sequences, but the network takes rows of " + width
                    + " values. Give it a sequence as its input.");
        }
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

    @Override
    public long digest() {
        return digest;
    }

    @Override
    public int numRows() {
        return places.length;
    }

    @Override
    public int numTargets() {
        return numTargets;
    }

    @Override
    public float label(int row) {
        return targets[row * numTargets];
    }

    @Override
    public void copyTargets(int row, float[] copy, int at) {
        System.arraycopy(targets, row * numTargets, copy, at, numTargets);
    }

    @Override
    public long largestLabel() {
        float largest = -1;
        for (float label : targets) {
            largest = Math.max(largest, label);
        }
        return (long) largest;
    }

    @Override
    public float weight(int row) {
        return weights[row];
    }

    @Override
    public void copyBytes(int row, byte[] target, int at) {
        System.arraycopy(values[blocks[row]], places[row] * width, target, at, width);
    }

    @Override
    public void copyFloats(int row, float[] target, int at, int wanted) {
        int from = places[row] * width;
        if (values[blocks[row]] instanceof byte[] bytes) {
            for (int i = 0; i < width; i++) {
                target[at + i] = Byte.toUnsignedInt(bytes[from + i]);
            }
        } else {
            System.arraycopy(values[blocks[row]], from, target, at, width);
        }
    }

    /** Every row is one step. */
    @Override
    public int length(int row) {
        return 1;
    }

    @Override
    public int longest() {
        return 1;
    }

    @Override
    public int shortest() {
        return 1;
    }
}
