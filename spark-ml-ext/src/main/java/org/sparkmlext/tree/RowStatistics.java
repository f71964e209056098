package org.sparkmlext.tree;

import java.util.List;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.training.InvalidTrainingDataException;

/**
 * What all ranks must know of all rows before the first round; integers and maxima only, hence exact.
 *
 * @param rows training rows
 * @param validationRows validation rows
 * @param hasWeights whether any row carries a weight
 * @param maxWeight largest weight of any row, training or validation
 * @param numClasses one more than the largest label; 0 where labels are no class indices
 * @param hasBaseMargins whether rows carry raw scores to start from
 */
record RowStatistics(
        long rows, long validationRows, boolean hasWeights, double maxWeight, int numClasses, boolean hasBaseMargins) {

    static RowStatistics of(Objective objective, List<TableBlock> training, List<TableBlock> validation, Collective c) {
        long[] counts = {numRows(training), numRows(validation)};
        c.sum(counts, 0, counts.length);
        // Weights are finite and not negative, so their bits order as the numbers do.
        long[] maxima = {
            Math.max(maxWeightBits(training), maxWeightBits(validation)),
            hasWeights(training) || hasWeights(validation) ? 1 : 0,
            objective.isOfClasses() ? Math.max(numClasses(training), numClasses(validation)) : 0,
            hasBaseMargins(training) || hasBaseMargins(validation) ? 1 : 0
        };
        c.max(maxima, 0, maxima.length);
        RowStatistics statistics = new RowStatistics(
                counts[0],
                counts[1],
                maxima[1] != 0,
                Float.intBitsToFloat((int) maxima[0]),
                // Two at least, so that a single class is found missing by name.
                objective.isOfClasses() ? (int) Math.max(2, maxima[2]) : 0,
                maxima[3] != 0);
        statistics.requireWeights(validation, c);
        return statistics;
    }

    /** Weights alone must not make the validation rows say nothing. */
    private void requireWeights(List<TableBlock> validation, Collective collective) {
        long[] heavy = {hasPositiveWeight(validation) ? 1 : 0};
        collective.max(heavy, 0, 1);
        if (validationRows > 0 && heavy[0] == 0) {
            throw new InvalidTrainingDataException(
                    "all " + validationRows
                            + " validation rows have weight 0, so they say nothing; give some a positive weight, or leave them out");
        }
    }

    private static boolean hasPositiveWeight(List<TableBlock> blocks) {
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            for (int r = 0; r < block.numRows(); r++) {
                if (weights == null || weights[r] > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static long numRows(List<TableBlock> blocks) {
        return blocks.stream().mapToLong(TableBlock::numRows).sum();
    }

    private static boolean hasWeights(List<TableBlock> blocks) {
        return blocks.stream().anyMatch(b -> b.weights() != null);
    }

    private static boolean hasBaseMargins(List<TableBlock> blocks) {
        return blocks.stream().anyMatch(b -> b.baseMargins() != null);
    }

    private static long numClasses(List<TableBlock> blocks) {
        float max = -1;
        for (TableBlock block : blocks) {
            for (int r = 0; r < block.numRows(); r++) {
                max = Math.max(max, block.labels()[r]);
            }
        }
        return (long) max + 1;
    }

    private static long maxWeightBits(List<TableBlock> blocks) {
        float max = 0;
        for (TableBlock block : blocks) {
            float[] weights = block.weights();
            if (weights == null) {
                max = Math.max(max, 1f);
            } else {
                for (int r = 0; r < block.numRows(); r++) {
                    max = Math.max(max, weights[r]);
                }
            }
        }
        return Float.floatToRawIntBits(max);
    }
}
