package org.sparkmlext.data;

import java.util.List;

/**
 * One rank's part of the data. May be empty. It belongs to the algorithm that gets it, which drops the features of blocks
 * it has turned into something smaller ({@link TableBlock#dropFeatures}).
 *
 * @param featureNames name of each column, the same on all ranks
 * @param training blocks to learn from
 * @param validation blocks to watch
 */
public record Shard(List<String> featureNames, List<TableBlock> training, List<TableBlock> validation) {

    public Shard {
        featureNames = List.copyOf(featureNames);
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    public int numFeatures() {
        return featureNames.size();
    }

    /** Rows to learn from. */
    public long numRows() {
        return training.stream().mapToLong(TableBlock::numRows).sum();
    }

    /** Rows to watch. */
    public long numValidationRows() {
        return validation.stream().mapToLong(TableBlock::numRows).sum();
    }
}
