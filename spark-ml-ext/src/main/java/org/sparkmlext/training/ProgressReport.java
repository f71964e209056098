package org.sparkmlext.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far a round has come, for rounds that take longer than a look.
 *
 * @param round number of the round, from 0
 * @param numRounds rounds planned in all
 * @param rows training rows of this round done so far, over all ranks
 * @param totalRows training rows of the round, over all ranks
 * @param metrics running values of the round such as {@code train-loss}, in order
 */
public record ProgressReport(int round, int numRounds, long rows, long totalRows, Map<String, Double> metrics) {

    public ProgressReport {
        metrics = new LinkedHashMap<>(metrics);
    }
}
