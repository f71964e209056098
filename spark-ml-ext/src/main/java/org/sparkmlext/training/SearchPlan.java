package org.sparkmlext.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How far the trials of a search over settings are taken: rung by rung, in each the best trials of the one before.
 *
 * @param rungs at least one; the first one has all trials
 * @param largerIsBetter whether of two values of the search's metric the larger one is better
 */
public record SearchPlan(List<Rung> rungs, boolean largerIsBetter) implements Serializable {

    /**
     * A part of a search.
     *
     * @param trials number of trials that take part
     * @param budget most rounds or epochs of each, counted from the trial's start; 0 = as many as the trial's own settings say
     */
    public record Rung(int trials, int budget) implements Serializable {}

    public SearchPlan {
        rungs = List.copyOf(rungs);
        if (rungs.isEmpty() || rungs.stream().anyMatch(rung -> rung.trials() < 1 || rung.budget() < 0)) {
            throw new IllegalArgumentException("a search needs rungs of at least one trial each, got " + rungs);
        }
    }

    /** Every trial once, to its own end. */
    public static SearchPlan once(int trials, boolean largerIsBetter) {
        return new SearchPlan(List.of(new Rung(trials, 0)), largerIsBetter);
    }

    /**
     * Successive halving (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization",
     * AISTATS 2016): of the trials of a rung one in {@code eta} goes on, with {@code eta} times the budget. There are as many
     * rungs as leave one trial, or fewer where the first one's budget would be less than one round.
     *
     * @param maxBudget of the last rung, at least 1
     * @param eta at least 2
     */
    public static SearchPlan halving(int trials, int maxBudget, int eta, boolean largerIsBetter) {
        if (maxBudget < 1 || eta < 2) {
            throw new IllegalArgumentException(
                    "successive halving needs a budget of at least 1 and an eta of at least 2, got " + maxBudget
                            + " and " + eta);
        }
        int halvings = 0;
        for (long width = eta; width <= trials && width <= maxBudget; width *= eta) {
            halvings++;
        }
        List<Rung> rungs = new ArrayList<>();
        for (int rung = 0; rung <= halvings; rung++) {
            rungs.add(new Rung((int) Math.max(1, trials / power(eta, rung)), (int)
                    Math.max(1, maxBudget / power(eta, halvings - rung))));
        }
        return new SearchPlan(rungs, largerIsBetter);
    }

    private static long power(int base, int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= base;
        }
        return power;
    }

    /** The same plan where only so many of its trials can be tried. */
    public SearchPlan forTrials(int trials) {
        return new SearchPlan(
                rungs.stream()
                        .map(rung -> new Rung(Math.min(trials, rung.trials()), rung.budget()))
                        .toList(),
                largerIsBetter);
    }

    /** Turns of all rungs, if no trial fails. */
    public int numTurns() {
        return rungs.stream().mapToInt(Rung::trials).sum();
    }
}
