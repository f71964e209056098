package org.sparkmlext.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Provenance and course of a finished run.
 *
 * @param numWorkers ranks
 * @param threadsPerWorker CPU threads of each rank
 * @param devices device description of each rank
 * @param rowsPerWorker training rows of each rank
 * @param rounds every round's report, in order
 * @param attempts 1 where nothing was lost
 * @param secondsByPhase phase such as {@code scan}, {@code train} to wall-clock seconds, in order
 */
public record TrainingReport(
        int numWorkers,
        int threadsPerWorker,
        List<String> devices,
        List<Long> rowsPerWorker,
        List<RoundReport> rounds,
        int attempts,
        Map<String, Double> secondsByPhase) {

    public TrainingReport {
        devices = List.copyOf(devices);
        rowsPerWorker = List.copyOf(rowsPerWorker);
        rounds = List.copyOf(rounds);
        secondsByPhase = new LinkedHashMap<>(secondsByPhase);
    }
}
