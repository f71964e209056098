package org.sparkmlext.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a listener hears of a round.
 *
 * @param round number of the round, from 0
 * @param numRounds rounds planned in all
 * @param metrics names such as {@code train-logloss} and {@code validation-logloss} to values over all ranks, in order; a
 *     round may lack some or all
 * @param rows training rows over all ranks
 */
public record RoundReport(int round, int numRounds, Map<String, Double> metrics, long rows) {

    public RoundReport {
        metrics = new LinkedHashMap<>(metrics);
    }
}
