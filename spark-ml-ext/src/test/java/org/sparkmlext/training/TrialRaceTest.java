package org.sparkmlext.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrialRaceTest {

    private static List<Integer> handOut(TrialRace race, List<TrialRace.Turn> turns) {
        turns.clear();
        for (Optional<TrialRace.Turn> turn = race.next(); turn.isPresent(); turn = race.next()) {
            turns.add(turn.get());
        }
        return turns.stream().map(TrialRace.Turn::trial).toList();
    }

    @Test
    void rungsOfHalving() {
        assertThat(SearchPlan.halving(27, 300, 3, true).rungs())
                .containsExactly(
                        new SearchPlan.Rung(27, 11),
                        new SearchPlan.Rung(9, 33),
                        new SearchPlan.Rung(3, 100),
                        new SearchPlan.Rung(1, 300));
        // A rung of less than one round would train nothing.
        assertThat(SearchPlan.halving(27, 5, 3, true).rungs())
                .containsExactly(new SearchPlan.Rung(27, 1), new SearchPlan.Rung(9, 5));
        assertThat(SearchPlan.halving(2, 100, 3, true).rungs()).containsExactly(new SearchPlan.Rung(2, 100));
        assertThatThrownBy(() -> SearchPlan.halving(2, 0, 3, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theBestGoOnWhateverTheOrderInWhichTurnsEnd() {
        TrialRace race = new TrialRace(SearchPlan.halving(5, 4, 2, false));
        List<TrialRace.Turn> turns = new ArrayList<>();
        assertThat(handOut(race, turns)).containsExactly(0, 1, 2, 3, 4);
        double[] losses = {0.5, 0.2, 0.2, 0.9, 0.1};
        for (int trial = 4; trial >= 0; trial--) {
            assertThat(race.best()).isEmpty();
            race.finished(turns.get(trial), losses[trial]);
        }
        assertThat(race.best()).hasValue(4);
        // Of equals the earlier one.
        assertThat(handOut(race, turns)).containsExactly(4, 1);
        race.finished(turns.get(1), 0.05);
        race.finished(turns.get(0), Double.NaN);
        assertThat(handOut(race, turns)).containsExactly(1);
        assertThat(race.isOver()).isFalse();
        race.finished(turns.get(0), 0.04);
        assertThat(race.isOver()).isTrue();
        assertThat(race.best()).hasValue(1);
        assertThat(race.next()).isEmpty();
    }

    @Test
    void aRaceOfFailuresHasNoWinner() {
        TrialRace race = new TrialRace(SearchPlan.halving(4, 4, 2, true));
        List<TrialRace.Turn> turns = new ArrayList<>();
        handOut(race, turns);
        turns.forEach(turn -> race.finished(turn, Double.NaN));
        assertThat(race.isOver()).isTrue();
        assertThat(race.best()).isEmpty();
    }

    @Test
    void aTurnThatNobodyHasIsRefused() {
        TrialRace race = new TrialRace(SearchPlan.once(2, true));
        race.next();
        assertThatThrownBy(() -> race.finished(new TrialRace.Turn(1, 0, 0), 0.5))
                .isInstanceOf(IllegalStateException.class);
    }
}
