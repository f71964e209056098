package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.training.StageSettings;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class JobFileTest {
    private static final CommandSpec TRAIN = new CommandLine(new TrainCommand()).getCommandSpec();

    private static List<String> arguments(String json) throws IOException {
        return JobFile.parse(
                        "job.json",
                        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
                        Map.of("DATA", "/d")::get)
                .toArguments(TRAIN, List.of());
    }

    @Test
    void keysAreOptionsInCamelCase() throws IOException {
        assertThat(arguments("""
                        { // a comment
                          "input": "${DATA}/a.csv", "header": false, "overwrite": true, "validationFraction": 0.1,
                          "missing": ["?", "NA"], "labelMapping": {"<=50K": 0, ">50K": 1},
                          "params": {"numTrees": 20, "thresholds": [0.3, 0.7]} }
                        """))
                .containsExactly(
                        "--input=/d/a.csv",
                        "--no-header",
                        "--overwrite",
                        "--validation-fraction=0.1",
                        "--missing=?",
                        "--missing=NA",
                        "--label-mapping=<=50K=0",
                        "--label-mapping=>50K=1",
                        "--set=numTrees=20",
                        "--set=thresholds=0.3,0.7");
    }

    @Test
    void aNetworkMayBeAnObject() throws IOException {
        assertThat(arguments("{\"params\": {\"network\": {\"version\": 1, \"layers\": []}}}"))
                .containsExactly("--set=network={\"version\":1,\"layers\":[]}");
    }

    @ParameterizedTest
    @CsvSource({"-999, -999", "-0.5, -0.5", "1e-3, 0.001", "\"NaN\", NaN", "\"-Infinity\", -Infinity"})
    void theParamMissingIsANumberOrItsName(String json, Double expected) throws IOException {
        List<String> arguments = arguments("{\"params\": {\"missing\": " + json + "}}");
        TrainCommand command = new TrainCommand();
        CommandLine line = new CommandLine(command);
        Map<String, String> params = line.parseArgs(
                        Stream.concat(arguments.stream(), Stream.of("--input=a.csv", "--label=y", "--output=m"))
                                .toArray(String[]::new))
                .matchedOption("--set")
                .getValue();
        BoostedTreesClassifier stage = new BoostedTreesClassifier();
        StageSettings.apply(List.of(stage), params, CommandLineNames.NAMES);
        assertThat(stage.getMissing()).isEqualTo(expected);
    }

    @Test
    void theCommandLineRulesOverTheFile() throws IOException {
        JobFile file = JobFile.parse(
                "job.json",
                new ByteArrayInputStream("{\"input\": \"a.csv\", \"label\": \"y\"}".getBytes(StandardCharsets.UTF_8)),
                name -> null);
        assertThat(file.toArguments(TRAIN, List.of(TRAIN.findOption("--input"))))
                .containsExactly("--label=y");
    }

    @Test
    void anUnknownKeyNamesTheNearest() {
        assertThatThrownBy(() -> arguments("{\"imput\": \"a.csv\"}"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("job file job.json: unknown key 'imput'; did you mean 'input'? valid keys: ")
                .hasMessageContaining("validationFraction");
    }

    @Test
    void aMissingVariableIsNamed() {
        assertThatThrownBy(() -> arguments("{\"input\": \"${NOWHERE}/a.csv\"}"))
                .hasMessage("job file job.json: key 'input' needs the environment variable NOWHERE, which is not set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"overwrite\": \"yes\"}",
                "{\"input\": {\"a\": 1}}",
                "{\"input\": null}",
                "{\"params\": 3}",
                "{\"input\": [\"a\"]}",
                "[1]",
                "{\"input\": ",
                "{\"input\": \"a\", \"input\": \"b\"}",
                ""
            })
    void otherNonsenseIsRefused(String json) {
        assertThatThrownBy(() -> arguments(json))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("job file job.json");
    }

    @Test
    void theFilesInConfHaveKeysOfTheirCommands() throws IOException {
        CommandLine train = new CommandLine(new TrainCommand());
        Map<String, CommandLine> commands = Map.of(
                "train.json",
                train,
                "train-adult.json",
                train,
                "train-abalone.json",
                train,
                "train-images.json",
                train,
                "train-forecast.json",
                train,
                "score.json",
                new CommandLine(new ScoreCommand()),
                "evaluate.json",
                new CommandLine(new EvaluateCommand()),
                "backtest.json",
                new CommandLine(new BacktestCommand()),
                "describe.json",
                new CommandLine(new DescribeCommand()),
                "bench.json",
                new CommandLine(new BenchCommand()));
        Path conf = Path.of("..", "conf");
        try (var files = Files.list(conf)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".json")))
                    .containsExactlyInAnyOrderElementsOf(commands.keySet());
        }
        for (Map.Entry<String, CommandLine> entry : commands.entrySet()) {
            List<String> arguments = JobFile.parse(
                            entry.getKey(), Files.newInputStream(conf.resolve(entry.getKey())), name -> "/data")
                    .toArguments(entry.getValue().getCommandSpec(), List.of());
            entry.getValue().setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments.toArray(new String[0]));
        }
    }
}
