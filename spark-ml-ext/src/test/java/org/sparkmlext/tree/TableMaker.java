package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;

/** A small table with all that may upset exactness: missing values, ties, duplicated rows, weights, both signs of zero. */
final class TableMaker {

    static final int NUM_FEATURES = 7;

    /** One row: features, label, weight, whether it is for validation. */
    record RowValues(float[] features, float label, float weight, boolean isValidation) {}

    private TableMaker() {}

    static List<RowValues> rows(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<RowValues> rows = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            if (r > 10 && random.nextInt(8) == 0) {
                rows.add(rows.get(random.nextInt(rows.size())));
                continue;
            }
            float[] x = new float[NUM_FEATURES];
            x[0] = (float) (random.nextDouble() * 4 - 2);
            x[1] = random.nextInt(5);
            x[2] = (float) Math.exp(6 * random.nextDouble());
            x[3] = random.nextInt(3) == 0 ? Float.NaN : (float) random.nextDouble();
            x[4] = random.nextInt(2) == 0 ? 0.0f : -0.0f;
            x[5] = random.nextInt(40) / 8f - 1;
            x[6] = 3;
            double z = x[0] * x[0]
                    - 1
                    + (x[1] == 2 ? 1 : -0.3)
                    + 0.2 * Math.log(x[2]) * x[5]
                    + (Float.isNaN(x[3]) ? 0.7 : 0);
            float label = random.nextDouble() < 1 / (1 + Math.exp(-2 * z)) ? 1 : 0;
            float weight = random.nextInt(20) == 0 ? 0 : 0.25f * (1 + random.nextInt(12));
            rows.add(new RowValues(x, label, weight, random.nextInt(5) == 0));
        }
        return rows;
    }

    /** The same rows with other labels; a label follows from the row alone, so equal rows stay equal. */
    static List<RowValues> labelled(List<RowValues> rows, ToDoubleFunction<RowValues> label) {
        return rows.stream()
                .map(r -> new RowValues(r.features(), (float) label.applyAsDouble(r), r.weight(), r.isValidation()))
                .toList();
    }

    /** A real number that the features explain in part. */
    static double number(RowValues row) {
        float[] x = row.features();
        return 3 * x[0] * x[0] + x[1] + (Float.isNaN(x[3]) ? -2 : x[3]) * x[5] + row.label();
    }

    /** One of four classes. */
    static double fourClasses(RowValues row) {
        return row.label() + (row.features()[0] + 0.3 * row.features()[5] > 0.2 ? 2 : 0);
    }

    static List<RowValues> shuffled(List<RowValues> rows, long seed) {
        List<RowValues> copy = new ArrayList<>(rows);
        Collections.shuffle(copy, new Random(seed));
        return copy;
    }

    /**
     * The same rows with so many more features of which few values are not 0: ones, numbers, missing values, both signs of zero. They
     * follow from the row, so equal rows stay equal.
     */
    static List<RowValues> withSparseFeatures(List<RowValues> rows, int count) {
        return rows.stream().map(row -> withSparseFeatures(row, count)).toList();
    }

    private static RowValues withSparseFeatures(RowValues row, int count) {
        float[] x = Arrays.copyOf(row.features(), NUM_FEATURES + count);
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(row.features()) + 31L * (long) row.label());
        for (int f = NUM_FEATURES; f < x.length; f++) {
            boolean isStored = random.nextInt(100) < (row.label() > 0 && f % 3 == 0 ? 12 : 4);
            if (!isStored) {
                x[f] = random.nextInt(2) == 0 ? 0.0f : -0.0f;
                continue;
            }
            switch (f % 5) {
                case 0 -> x[f] = 1;
                case 1 -> x[f] = (float) (random.nextDouble() - 0.5);
                case 2 -> x[f] = random.nextInt(3) == 0 ? Float.NaN : 1 + random.nextInt(3);
                case 3 -> x[f] = (float) -Math.exp(10 * random.nextDouble());
                // No row at all has a value of this one.
                default -> x[f] = 0;
            }
        }
        return new RowValues(x, row.label(), row.weight(), row.isValidation());
    }

    /** The same rows, zeros of both signs being missing values. */
    static List<RowValues> withMissingZeros(List<RowValues> rows) {
        return rows.stream()
                .map(row -> {
                    float[] x = row.features().clone();
                    for (int f = 0; f < x.length; f++) {
                        x[f] = x[f] == 0 ? Float.NaN : x[f];
                    }
                    return new RowValues(x, row.label(), row.weight(), row.isValidation());
                })
                .toList();
    }

    /** The same shards, every block but each {@code denseEvery}th one of them (0 = none) in the sparse form. */
    static List<Shard> sparse(List<Shard> shards, float absent, int denseEvery) {
        List<Shard> result = new ArrayList<>();
        int[] count = {0};
        for (Shard shard : shards) {
            UnaryOperator<TableBlock> form = block -> {
                boolean isDense = denseEvery > 0 && count[0]++ % denseEvery == denseEvery - 1;
                return isDense ? block : sparse(block, absent);
            };
            result.add(new Shard(
                    shard.featureNames(),
                    shard.training().stream().map(form).toList(),
                    shard.validation().stream().map(form).toList()));
        }
        return result;
    }

    /** The block with its features in the sparse form. */
    static TableBlock sparse(TableBlock block, float absent) {
        int numFeatures = block.features().numFeatures();
        List<Integer> columns = new ArrayList<>();
        int[] starts = new int[numFeatures + 1];
        short[] rows = new short[numFeatures * block.numRows()];
        float[] values = new float[rows.length];
        int at = 0;
        for (int f = 0; f < numFeatures; f++) {
            float[] column = block.table().column(f);
            for (int r = 0; r < block.numRows(); r++) {
                boolean isAbsent = Float.isNaN(absent) ? Float.isNaN(column[r]) : column[r] == 0;
                if (!isAbsent) {
                    rows[at] = (short) r;
                    values[at++] = column[r];
                }
            }
            if (at > starts[columns.size()]) {
                columns.add(f);
                starts[columns.size()] = at;
            }
        }
        SparseFeatures features = new SparseFeatures(
                numFeatures,
                block.numRows(),
                absent,
                columns.stream().mapToInt(f -> f).toArray(),
                Arrays.copyOf(starts, columns.size() + 1),
                Arrays.copyOf(rows, at),
                Arrays.copyOf(values, at));
        return new TableBlock(
                block.numRows(), features, block.labels(), block.weights(), block.baseMargins(), block.isValidation());
    }

    /** Cuts rows into shards of very different sizes; one may be empty. */
    static List<Shard> shards(List<RowValues> rows, int count, boolean hasWeights, boolean hasValidation) {
        int width = rows.get(0).features().length;
        List<Shard> shards = new ArrayList<>();
        int from = 0;
        for (int s = 0; s < count; s++) {
            int to = s == count - 1 ? rows.size() : from + (int) ((rows.size() - from) * (s == 1 ? 0.0 : 0.37));
            shards.add(shard(rows.subList(from, to), width, hasWeights, hasValidation));
            from = to;
        }
        return shards;
    }

    private static Shard shard(List<RowValues> rows, int width, boolean hasWeights, boolean hasValidation) {
        List<String> names = IntStream.range(0, width).mapToObj(f -> "x" + f).toList();
        List<RowValues> training =
                rows.stream().filter(r -> !hasValidation || !r.isValidation()).toList();
        List<RowValues> validation =
                hasValidation ? rows.stream().filter(RowValues::isValidation).toList() : List.of();
        return new Shard(
                names, blocks(training, width, hasWeights, false), blocks(validation, width, hasWeights, true));
    }

    /** Blocks of 250 rows, so that there are several. */
    private static List<TableBlock> blocks(List<RowValues> rows, int width, boolean hasWeights, boolean isValidation) {
        List<TableBlock> blocks = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += 250) {
            List<RowValues> part = rows.subList(from, Math.min(rows.size(), from + 250));
            float[][] features = new float[width][part.size()];
            float[] labels = new float[part.size()];
            float[] weights = new float[part.size()];
            for (int r = 0; r < part.size(); r++) {
                for (int f = 0; f < width; f++) {
                    features[f][r] = part.get(r).features()[f];
                }
                labels[r] = part.get(r).label();
                weights[r] = part.get(r).weight();
            }
            blocks.add(new TableBlock(part.size(), features, labels, hasWeights ? weights : null, isValidation));
        }
        return blocks;
    }

    static float[][] features(List<RowValues> rows) {
        return rows.stream().map(r -> Arrays.copyOf(r.features(), NUM_FEATURES)).toArray(float[][]::new);
    }
}
