package org.sparkmlext.net;

import java.util.Arrays;
import java.util.List;
import org.sparkmlext.data.SequenceFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * Rows that are sequences, read from the series they are windows of, wherever those lie: a series takes 12 bytes beside its values, a row
 * none.
 *
 * <p>Series come in an order that their content decides, the rows of each one after the other.
 */
final class SequenceRows implements NetworkRows {

    private final TableBlock[] table;
    /** Of each series the block it lies in, and its number there. */
    private final int[] blocks;

    private final int[] places;
    /** First row of each series, and after the last the number of all. */
    private final int[] firstRows;

    private final int numTargets;
    private final float[] rowTargets;
    private final long digest;

    private SequenceRows(TableBlock[] table, int[] blocks, int[] places, int numTargets, long digest) {
        this.table = table;
        this.blocks = blocks;
        this.places = places;
        this.numTargets = numTargets;
        this.rowTargets = new float[numTargets];
        this.digest = digest;
        this.firstRows = new int[blocks.length + 1];
        for (int s = 0; s < blocks.length; s++) {
            SequenceFeatures features = features(blocks[s]);
            firstRows[s + 1] = firstRows[s] + features.firstRow(places[s] + 1) - features.firstRow(places[s]);
        }
    }

    static SequenceRows of(List<TableBlock> blocks, SequenceInput input) {
        TableBlock[] table = blocks.toArray(TableBlock[]::new);
        int numSeries = 0;
        int numTargets = 0;
        for (TableBlock block : table) {
            SequenceFeatures features = checked(block, input);
            numSeries += features.numSeries();
            numTargets = Math.max(
                    numTargets, features.numTargets() > 0 ? features.numTargets() : NetworkRows.numLabels(block));
        }
        int[] block = new int[numSeries];
        int[] place = new int[numSeries];
        long[] hashes = new long[numSeries];
        Hashes hashing = new Hashes();
        int numRows = 0;
        for (int b = 0, s = 0; b < table.length; b++) {
            SequenceFeatures features = (SequenceFeatures) table[b].features();
            for (int p = 0; p < features.numSeries(); p++, s++) {
                block[s] = b;
                place[s] = p;
                hashes[s] = hashing.of(table[b], features, p);
            }
            numRows += features.numRows();
        }
        int[] order = RowOrder.byHash(hashes);
        long digest = numRows;
        for (int next : order) {
            digest = RowOrder.mix(digest, hashes[next]);
        }
        return new SequenceRows(
                table, pick(block, order), pick(place, order), Math.max(1, numTargets), RowOrder.finish(digest));
    }

    private static SequenceFeatures checked(TableBlock block, SequenceInput input) {
        if (!(block.features() instanceof SequenceFeatures features)) {
            throw new InvalidTrainingDataException("rows are no sequences, but the network takes a " + input.describe()
                    + ". Give them as sequences, or the network another input.");
        }
        if (features.numFeatures() != input.features()) {
            throw new InvalidTrainingDataException("steps have " + features.numFeatures()
                    + " features, but the network takes a " + input.describe()
                    + ". Give it the same columns, or change the network's input.");
        }
        return features;
    }

    /** Hashes of series with all that belongs to their rows. */
    private static final class Hashes {
        private float[] values = {};

        long of(TableBlock block, SequenceFeatures features, int series) {
            int count = features.steps(series) * features.channels();
            if (values.length < count) {
                values = new float[Math.max(count, 2 * values.length)];
            }
            features.copySeries(series, values, 0);
            long hash = features.steps(series);
            for (int i = 0; i < count; i++) {
                hash = RowOrder.mix(hash, Float.floatToIntBits(values[i]));
            }
            for (int row = features.firstRow(series); row < features.firstRow(series + 1); row++) {
                hash = ofRow(hash, block, features, row);
            }
            return RowOrder.finish(hash);
        }

        private static long ofRow(long before, TableBlock block, SequenceFeatures features, int row) {
            long hash = before;
            float weight = block.weights() == null ? 1 : block.weights()[row];
            if (weight != 1) {
                // With the row's place in its series, for those of weight 1 are passed over: that is no weight at all.
                long place = row - features.firstRow(features.seriesOf(row));
                hash = RowOrder.mix(hash, place << 32 | Float.floatToIntBits(weight) & 0xFFFFFFFFL);
            }
            for (int k = 0; features.numTargets() == 0 && k < NetworkRows.numLabels(block); k++) {
                hash = RowOrder.mix(hash, Float.floatToIntBits(ownLabel(block, row, k)));
            }
            return hash;
        }
    }

    private static float ownLabel(TableBlock block, int row, int target) {
        float[][] targets = block.targets();
        return targets == null ? block.labels()[row] : targets[target][row];
    }

    private static int[] pick(int[] values, int[] order) {
        return Arrays.stream(order).map(series -> values[series]).toArray();
    }

    private SequenceFeatures features(int block) {
        return (SequenceFeatures) table[block].features();
    }

    /** The series that a row lies in. */
    private int seriesOf(int row) {
        if (numRows() == blocks.length) {
            return row;
        }
        int found = Arrays.binarySearch(firstRows, row);
        return found >= 0 ? found : -found - 2;
    }

    /** Number of a row in the block of its series. */
    private int place(int row, int series) {
        return features(blocks[series]).firstRow(places[series]) + row - firstRows[series];
    }

    @Override
    public long digest() {
        return digest;
    }

    @Override
    public int numRows() {
        return firstRows[blocks.length];
    }

    @Override
    public int numTargets() {
        return numTargets;
    }

    @Override
    public int featureOf(int target) {
        if (table.length == 0 || features(0).numTargets() == 0) {
            return -1;
        }
        WindowPlan plan = features(0).plan();
        int channel = plan.targetChannels().get(target % plan.targetChannels().size());
        return channel < plan.numInputs() ? channel : -1;
    }

    @Override
    public float label(int row) {
        copyTargets(row, rowTargets, 0);
        return rowTargets[0];
    }

    @Override
    public void copyTargets(int row, float[] copy, int at) {
        int series = seriesOf(row);
        TableBlock block = table[blocks[series]];
        int place = place(row, series);
        SequenceFeatures features = features(blocks[series]);
        if (features.numTargets() > 0) {
            features.copyTargets(place, copy, at);
            return;
        }
        for (int k = 0; k < numTargets; k++) {
            copy[at + k] = ownLabel(block, place, k);
        }
    }

    @Override
    public long largestLabel() {
        float largest = -1;
        for (int row = 0; row < numRows(); row++) {
            copyTargets(row, rowTargets, 0);
            for (float target : rowTargets) {
                largest = Math.max(largest, target);
            }
        }
        return (long) largest;
    }

    @Override
    public float weight(int row) {
        int series = seriesOf(row);
        float[] weights = table[blocks[series]].weights();
        return weights == null ? 1 : weights[place(row, series)];
    }

    @Override
    public void copyBytes(int row, byte[] target, int at) {
        throw new IllegalStateException("sequences are floats");
    }

    @Override
    public void copyFloats(int row, float[] target, int at, int width) {
        int series = seriesOf(row);
        int place = place(row, series);
        SequenceFeatures features = features(blocks[series]);
        features.copyWindow(place, target, at);
        Arrays.fill(target, at + features.length(place) * features.numFeatures(), at + width, 0);
    }

    @Override
    public int length(int row) {
        int series = seriesOf(row);
        return features(blocks[series]).length(place(row, series));
    }

    @Override
    public int longest() {
        int longest = 0;
        for (int series = 0; series < blocks.length; series++) {
            longest = Math.max(longest, length(firstRows[series]));
        }
        return longest;
    }

    @Override
    public int shortest() {
        int shortest = Integer.MAX_VALUE;
        for (int series = 0; series < blocks.length; series++) {
            shortest = Math.min(shortest, length(firstRows[series]));
        }
        return shortest;
    }
}
