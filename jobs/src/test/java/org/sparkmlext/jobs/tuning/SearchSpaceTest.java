package org.sparkmlext.jobs.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.ml.input.BadInputException;

class SearchSpaceTest {

    private static SearchSpace space(String... namesAndValues) {
        Map<String, String> texts = new java.util.LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            texts.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new SearchSpace(texts);
    }

    @Test
    void aGridHasEveryCombination() {
        assertThat(space("a", "0.1, 0.3", "b", "1..3", "c", "0.3,0.7|0.5,0.5").grid())
                .hasSize(12)
                .doesNotHaveDuplicates()
                .startsWith(
                        Map.of("a", "0.1", "b", "1", "c", "0.3,0.7"),
                        Map.of("a", "0.1", "b", "1", "c", "0.5,0.5"),
                        Map.of("a", "0.1", "b", "2", "c", "0.3,0.7"));
    }

    @Test
    void randomTrialsAreTheSameEveryTime() {
        SearchSpace space = space("rate", "0.01..0.3:log", "leaves", "7..63", "share", "0.5..1", "policy", "x,y");
        List<Map<String, String>> trials = space.random(50, 7);
        assertThat(trials).hasSize(50).doesNotHaveDuplicates();
        assertThat(space.random(20, 7)).isEqualTo(trials.subList(0, 20));
        assertThat(space.random(50, 8)).isNotEqualTo(trials);
        assertThat(trials).allSatisfy(trial -> {
            assertThat(Double.parseDouble(trial.get("rate"))).isBetween(0.01, 0.3);
            assertThat(Integer.parseInt(trial.get("leaves"))).isBetween(7, 63);
            assertThat(Double.parseDouble(trial.get("share"))).isBetween(0.5, 1.0);
            assertThat(trial.get("policy")).isIn("x", "y");
            assertThat(trial.get("rate").length()).as(trial.get("rate")).isLessThanOrEqualTo(8);
        });
    }

    @Test
    void logarithmicRangesAreEvenOnALogarithmicScale() {
        List<Map<String, String>> trials = space("v", "0.001..10:log").random(1000, 1);
        Map<Integer, Long> byDecade = trials.stream()
                .collect(Collectors.groupingBy(
                        trial -> (int) Math.floor(Math.log10(Double.parseDouble(trial.get("v")))),
                        Collectors.counting()));
        assertThat(byDecade.keySet()).containsExactlyInAnyOrder(-3, -2, -1, 0);
        assertThat(byDecade.values()).allMatch(count -> count > 200 && count < 300);
        List<Map<String, String>> whole = space("v", "1..3").random(3, 1);
        assertThat(whole).extracting(trial -> trial.get("v")).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void aSmallSpaceHasNoMoreTrialsThanCombinations() {
        assertThat(space("a", "1,2", "b", "x,y").random(100, 0)).hasSize(4);
    }

    @Test
    void aFileHasArraysAndRanges(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("space.json"), """
                { // a comment
                  "learningRate": {"min": 0.01, "max": 0.3, "scale": "log"}, "maxLeaves": {"min": 7, "max": 9},
                  "growPolicy": ["leafwise", "depthwise"], "classWeights": [[1, 2], [1, 3]], "lambdaL2": 3 }
                """);
        Map<String, String> texts = SearchSpace.read(file.toString(), new Configuration());
        assertThat(texts)
                .containsEntry("growPolicy", "leafwise,depthwise")
                .containsEntry("classWeights", "1,2|1,3")
                .containsEntry("lambdaL2", "3");
        assertThat(new SearchSpace(texts).random(30, 1)).hasSize(30);
        texts.remove("learningRate");
        assertThat(new SearchSpace(texts).grid()).hasSize(3 * 2 * 2);
        assertThatThrownBy(() -> SearchSpace.read(folder.resolve("no.json").toString(), new Configuration()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("does not exist");
        Path list = Files.writeString(folder.resolve("list.json"), "[1]");
        assertThatThrownBy(() -> SearchSpace.read(list.toString(), new Configuration()))
                .hasMessageContaining("must be one JSON object of Params");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0.3..0.1; a smaller and a larger number",
                "0..1:log; both above 0 on a log scale",
                "1..x; which is not a number",
                "1..2:exp; allowed: linear, log",
                "1,1; give each once",
                "1,,2; give each once",
                "{\"min\": 1, \"mx\": 2}; did you mean 'max'?",
                "{\"min\": 1; is not JSON"
            })
    void nonsenseIsRefused(String text, String message) {
        assertThatThrownBy(() -> space("rate", text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("'rate'")
                .hasMessageContaining(message);
    }

    @Test
    void aRangeOfFractionsIsNoGrid() {
        assertThatThrownBy(() -> space("rate", "0.1..0.3").grid())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("param 'rate' has a range of values, of which a grid cannot try all");
        assertThatThrownBy(() -> space()).hasMessageContaining("there is nothing to try");
    }
}
