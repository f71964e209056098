package org.sparkmlext.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who is on in a search: hands out turns and takes their values. What it does follows from the plan and the values alone, so that
 * ranks that know the same values need not ask each other. Not thread-safe.
 */
public final class TrialRace {

    /**
     * A trial in a rung.
     *
     * @param trial number of the trial, from 0
     * @param rung number of the rung, from 0
     * @param budget most rounds or epochs, from the trial's start; 0 = its own settings'
     */
    public record Turn(int trial, int rung, int budget) {}

    private final SearchPlan plan;
    private int rung;
    private List<Integer> entrants = new ArrayList<>();
    private int handedOut;
    private Map<Integer, Double> values = new LinkedHashMap<>();
    private boolean isOver;
    private OptionalInt best = OptionalInt.empty();

    public TrialRace(SearchPlan plan) {
        this.plan = plan;
        for (int trial = 0; trial < plan.rungs().get(0).trials(); trial++) {
            entrants.add(trial);
        }
    }

    /** The next turn, in the order of trials; empty while the last turns of a rung are out, and when the race is over. */
    public Optional<Turn> next() {
        return isOver || handedOut == entrants.size()
                ? Optional.empty()
                : Optional.of(new Turn(
                        entrants.get(handedOut++), rung, plan.rungs().get(rung).budget()));
    }

    /**
     * A turn has ended.
     *
     * @param value of the search's metric; NaN for a trial that failed, which takes part no more
     */
    public void finished(Turn turn, double value) {
        if (turn.rung() != rung || !entrants.subList(0, handedOut).contains(turn.trial())) {
            throw new IllegalStateException(turn + " was not handed out in rung " + rung);
        }
        values.put(turn.trial(), value);
        if (values.size() < entrants.size()) {
            return;
        }
        Comparator<Integer> byValue = Comparator.comparingDouble(this::value);
        // Ties go to the trial that came first.
        List<Integer> ranked = values.keySet().stream()
                .filter(trial -> !Double.isNaN(value(trial)))
                .sorted((plan.largerIsBetter() ? byValue.reversed() : byValue).thenComparing(Comparator.naturalOrder()))
                .toList();
        best = ranked.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ranked.get(0));
        rung++;
        isOver = ranked.isEmpty() || rung == plan.rungs().size();
        if (!isOver) {
            entrants = new ArrayList<>(ranked.subList(
                    0, Math.min(ranked.size(), plan.rungs().get(rung).trials())));
            handedOut = 0;
            values = new LinkedHashMap<>();
        }
    }

    private double value(int trial) {
        return values.getOrDefault(trial, Double.NaN);
    }

    public boolean isOver() {
        return isOver;
    }

    /** The best trial of the last rung that has ended; empty if all its trials failed, or none has ended. */
    public OptionalInt best() {
        return best;
    }
}
