package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StepClockTest {

    @Test
    void theMedianOfTheWindowsCounts() throws Exception {
        RunReport report = new RunReport("a", "b");
        StepClock.report(List.of(0.3, 0.1, 0.2, 0.4), 100, report);
        JsonNode found = new ObjectMapper().readTree(report.json());
        assertThat(found.get("step_ms").asDouble()).isEqualTo(250);
        assertThat(found.get("best_step_ms").asDouble()).isEqualTo(100);
        assertThat(found.get("samples_s").asDouble()).isEqualTo(400);
        assertThat(found.get("windows").asInt()).isEqualTo(4);
    }

    @Test
    void stepsBeforeTheClockStartsAreNotInTheWindows() throws Exception {
        RunReport report = new RunReport("a", "b");
        AtomicInteger steps = new AtomicInteger();
        // The first three are the fewest that warm up: slow ones must not be seen.
        StepClock.measure(0, 0, 1, report, () -> Thread.sleep(steps.getAndIncrement() < 3 ? 300 : 20));
        JsonNode found = new ObjectMapper().readTree(report.json());
        assertThat(found.get("windows").asInt()).isEqualTo(3);
        assertThat(found.get("step_ms").asDouble()).isBetween(20.0, 200.0);
        assertThat(found.get("fit_s").asDouble()).isBetween(1.5, 20.0);
    }
}
