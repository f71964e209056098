package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.net.Schedule.Progress;

class ScheduleTest {

    /** 10 updates an epoch, 10 epochs. Values by hand; those of one-cycle by PyTorch's formula: the top is at update 29, the end at 99. */
    @ParameterizedTest
    @CsvSource({
        "constant, 57, 1",
        "step:3:0.1, 29, 1",
        "step:3:0.1, 30, 0.1",
        "step:3:0.1, 99, 0.001",
        "exponential:0.5, 9, 1",
        "exponential:0.5, 35, 0.125",
        "cosine, 0, 1",
        "cosine, 25, 0.8535533905932737",
        "cosine, 50, 0.5",
        "cosine, 100, 0",
        "cosine, 200, 0",
        "cosine:0.2, 50, 0.6",
        "one-cycle, 0, 0.04",
        "one-cycle, 29, 1",
        "one-cycle, 64, 0.500002",
        "one-cycle, 99, 0.000004",
        "one-cycle:0.5:10:100, 0, 0.1",
        "one-cycle:0.5:10:100, 49, 1",
        "warm-up:2+constant, 0, 0.05",
        "warm-up:2+constant, 19, 1",
        "warm-up:2+constant, 20, 1",
        "warm-up:0.5+step:1:0.1, 4, 1",
        "warm-up:0.5+step:1:0.1, 14, 1",
        "warm-up:0.5+step:1:0.1, 15, 0.1",
        "warm-up:2+cosine, 60, 0.5",
        "warm-up:2+cosine, 100, 0",
    })
    void ratesAreThoseOfTheFormula(String text, long step, double factor) {
        Schedule schedule = ScheduleText.parse(text);
        Progress progress = new Progress(step, 10, 100, List.of(), false);
        assertThat(schedule.factor(progress)).isCloseTo(factor, within(1e-12));
        assertThat(schedule.rate(0.5f, progress)).isEqualTo((float) (0.5f * schedule.factor(progress)));
    }

    private static double plateau(String text, boolean isLargerBetter, Double... metrics) {
        return ScheduleText.parse(text)
                .factor(new Progress(10L * metrics.length, 10, 100, List.of(metrics), isLargerBetter));
    }

    @Test
    void aPlateauLowersTheRateAfterEachPatience() {
        assertThat(plateau("plateau:0.5:2", false)).isEqualTo(1);
        assertThat(plateau("plateau:0.5:2", false, 3.0, 2.0, 2.0)).isEqualTo(1);
        assertThat(plateau("plateau:0.5:2", false, 3.0, 2.0, 2.0, 2.5)).isEqualTo(0.5);
        assertThat(plateau("plateau:0.5:2", false, 3.0, 2.0, 2.0, 2.5, 2.5, 2.5))
                .isEqualTo(0.25);
        assertThat(plateau("plateau:0.5:2", false, 3.0, 2.0, 2.0, 1.0, 2.5)).isEqualTo(1);
        // Less than the least change is none.
        assertThat(plateau("plateau:0.5:2", false, 2.0, 1.99995, 1.99993)).isEqualTo(0.5);
        assertThat(plateau("plateau:0.5:2", true, 0.1, 0.2, 0.3, 0.4)).isEqualTo(1);
        assertThat(plateau("plateau:0.5:2", true, 0.4, 0.3, 0.2)).isEqualTo(0.5);
        assertThat(plateau("plateau:0.5:1", false, 1.0, Double.NaN)).isEqualTo(0.5);
        // The first two epochs belong to the warm-up.
        assertThat(plateau("warm-up:2+plateau:0.5:1", false, 1.0, 5.0, 5.0)).isEqualTo(1);
        assertThat(plateau("warm-up:2+plateau:0.5:1", false, 1.0, 5.0, 5.0, 5.0))
                .isEqualTo(0.5);
    }

    @Test
    void oneUpdateIsAPlanToo() {
        Progress only = new Progress(0, 1, 1, List.of(), false);
        for (String text : List.of("cosine", "one-cycle", "warm-up:1+cosine", "step:1:0.1", "plateau")) {
            assertThat(ScheduleText.parse(text).factor(only)).isBetween(0.0, 1.0);
        }
        assertThatThrownBy(() -> new Progress(-1, 1, 1, List.of(), false)).hasMessageContaining("step is -1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "constant",
                "step:30:0.1",
                "exponential:0.95",
                "cosine",
                "cosine:0.01",
                "one-cycle:0.3:25:10000",
                "plateau:0.1:10",
                "warm-up:0.5+cosine"
            })
    void textGivesTheScheduleBack(String text) {
        assertThat(ScheduleText.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cosin | unknown name",
                "'' | unknown name",
                "step:30 | number of values",
                "step:x:0.1 | 'x' is no whole number",
                "step:0:0.1 | epochs is 0; allowed: at least 1",
                "step:3:1.5 | the factor is 1.5; allowed: above 0 and below 1",
                "exponential:-1 | '-1' is no number",
                "exponential:NaN | 'NaN' is no number",
                "cosine:1 | the last factor is 1",
                "one-cycle:0:25:1 | the rising share is 0",
                "one-cycle:0.1:0:1 | the first divisor is 0",
                "plateau:0.1:0 | patience is 0",
                "warm-up:2 | warm-up:EPOCHS+OTHER",
                "warm-up:0+cosine | epochs of a warm-up is 0",
                "warm-up:2+one-cycle | has one of its own",
                "warm-up:2+warm-up:2+cosine | unknown name",
                "cosine+cosine | nothing but a warm-up",
            })
    void faultsSayWhatIsAllowed(String text, String part) {
        assertThatThrownBy(() -> ScheduleText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("schedule '" + text + "': ")
                .hasMessageContaining(part)
                .hasMessageContaining("warm-up:2+cosine");
    }
}
