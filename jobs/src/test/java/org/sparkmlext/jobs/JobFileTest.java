package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        return job(Map.of("job.json", json)).toArguments(TRAIN, List.of());
    }

    /** The file job.json among files by path. */
    private static JobFile job(Map<String, String> files, String... variables) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            given.put(variables[i], variables[i + 1]);
        }
        return JobFile.read(
                "job.json",
                path -> {
                    String text = files.get(path);
                    if (text == null) {
                        throw new FileNotFoundException(path);
                    }
                    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
                },
                new JobVariables(given, Map.of("DATA", "/d")::get));
    }

    @Test
    void includedFilesComeFirstAndLaterOnesWin() {
        assertThat(job(Map.of("job.json", """
                                {"include": ["base/a.json", "b.json"], "label": "mine", "params": {"numTrees": 3}}
                                """, "base/a.json", """
                                {"include": "deeper.json", "input": "a.csv", "params": {"numTrees": 1, "maxLeaves": 7}}
                                """, "base/deeper.json", """
                                {"label": "deep", "weight": "w", "missing": ["?"]}
                                """, "b.json", """
                                {"input": "b.csv", "missing": ["NA"], "params": {"maxLeaves": 15}}
                                """))
                        .toArguments(TRAIN, List.of()))
                .containsExactlyInAnyOrder(
                        "--label=mine",
                        "--weight=w",
                        "--missing=NA",
                        "--input=b.csv",
                        "--set=numTrees=3",
                        "--set=maxLeaves=15");
    }

    @Test
    void aFileThatIncludesItselfIsRefusedWithTheChain() {
        assertThatThrownBy(() -> job(Map.of(
                        "job.json", "{\"include\": [\"a.json\"]}",
                        "a.json", "{\"include\": [\"b.json\"]}",
                        "b.json", "{\"include\": [\"job.json\"]}")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("job file job.json includes itself: job.json -> a.json -> b.json -> job.json");
    }

    @Test
    void aFileThatIsIncludedTwiceIsNoCycle() {
        assertThat(job(Map.of("job.json", "{\"include\": [\"a.json\", \"a.json\"]}", "a.json", "{\"label\": \"y\"}"))
                        .toArguments(TRAIN, List.of()))
                .containsExactly("--label=y");
    }

    @Test
    void faultsNameTheIncludedFile() {
        assertThatThrownBy(() -> job(Map.of("job.json", "{\"include\": [\"gone.json\"]}")))
                .hasMessage("job file gone.json (included by job.json) does not exist");
        assertThatThrownBy(() -> job(Map.of("job.json", "{\"include\": \"a.json\"}", "a.json", "{\"labl\": 1}"))
                        .toArguments(TRAIN, List.of()))
                .hasMessageStartingWith("job file a.json: unknown key 'labl'; did you mean 'label'?");
        assertThatThrownBy(() -> job(Map.of("job.json", "{\"include\": 3}")))
                .hasMessage("job file job.json: key 'include' must be a path or an array of paths, got 3");
        assertThatThrownBy(() -> job(Map.of(
                                "job.json",
                                "{\"include\": \"a.json\", \"params\": {\"numTrees\": 1}}",
                                "a.json",
                                "{\"params\": {\"seed\": \"${nobody}\"}}"))
                        .toArguments(TRAIN, List.of()))
                .hasMessageStartingWith("job file a.json: key 'params' needs the variable nobody, which is not set");
    }

    @Test
    void variablesAreGivenOrHaveDefaults() {
        String json = """
                {"input": "${root}/${set:-adult}.csv", "output": "${env:DATA}/${name}", "validation": "${DATA}/v",
                 "test": "${env:NONE:-t}"}
                """;
        assertThat(job(Map.of("job.json", json), "root", "hdfs://n", "name", "m")
                        .toArguments(TRAIN, List.of()))
                .containsExactly("--input=hdfs://n/adult.csv", "--output=/d/m", "--validation=/d/v", "--test=t");
        assertThat(job(Map.of("job.json", json), "root", "r", "name", "m", "set", "b", "DATA", "over")
                        .toArguments(TRAIN, List.of()))
                .containsExactly("--input=r/b.csv", "--output=/d/m", "--validation=over/v", "--test=t");
    }

    @Test
    void aMisspeltVariableIsRefused() {
        assertThatThrownBy(() -> job(Map.of("job.json", "{\"input\": \"${roots}\"}"), "root", "r")
                        .toArguments(TRAIN, List.of()))
                .hasMessage("job file job.json: key 'input' needs the variable roots, which is not set; give --var"
                        + " roots=VALUE or set an environment variable of that name. Did you mean 'root'?");
        assertThatThrownBy(() ->
                        job(Map.of("job.json", "{\"input\": \"${env:GONE}\"}")).toArguments(TRAIN, List.of()))
                .hasMessageContaining("needs the environment variable GONE, which is not set");
        for (String wrong : new String[] {"${}", "${a b}", "${open", "${1x}"}) {
            assertThatThrownBy(() -> job(Map.of("job.json", "{\"input\": \"" + wrong + "\"}"))
                            .toArguments(TRAIN, List.of()))
                    .as(wrong)
                    .hasMessageContaining("has '" + wrong + "'; variables are written");
        }
    }

    @Test
    void filesMayLieOnAnyFileSystem(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("parts"));
        Files.writeString(folder.resolve("parts/common.json"), "{\"label\": \"y\"}");
        Path job = Files.writeString(
                folder.resolve("job.json"), "{\"include\": \"parts/common.json\", \"input\": \"${t}.csv\"}");
        JobVariables variables = new JobVariables(Map.of("t", "table"), name -> null);
        assertThat(JobFile.read(job.toUri().toString(), variables).toArguments(TRAIN, List.of()))
                .containsExactly("--label=y", "--input=table.csv");
        assertThatThrownBy(() -> JobFile.read("nosuchfs://host/job.json", variables))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("job file nosuchfs://host/job.json cannot be read");
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
        JobFile file = job(Map.of("job.json", "{\"input\": \"a.csv\", \"label\": \"y\"}"));
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
                .hasMessageContaining("job file job.json: key 'input' needs the variable NOWHERE, which is not set");
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
        Map<String, CommandLine> commands = Map.ofEntries(
                Map.entry("train.json", train),
                Map.entry("train-adult.json", train),
                Map.entry("train-abalone.json", train),
                Map.entry("train-images.json", train),
                Map.entry("train-forecast.json", train),
                Map.entry("score.json", new CommandLine(new ScoreCommand())),
                Map.entry("evaluate.json", new CommandLine(new EvaluateCommand())),
                Map.entry("backtest.json", new CommandLine(new BacktestCommand())),
                Map.entry("describe.json", new CommandLine(new DescribeCommand())),
                Map.entry("tune-adult.json", new CommandLine(new TuneCommand())),
                Map.entry("bench.json", new CommandLine(new BenchCommand())));
        Path conf = Path.of("..", "conf");
        try (var files = Files.list(conf)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".json")))
                    .containsExactlyInAnyOrderElementsOf(commands.keySet());
        }
        for (Map.Entry<String, CommandLine> entry : commands.entrySet()) {
            List<String> arguments = JobFile.read(
                            entry.getKey(),
                            name -> Files.newInputStream(conf.resolve(name)),
                            new JobVariables(Map.of(), name -> name.equals("SPARKMLEXT_DATA") ? "/data" : null))
                    .toArguments(entry.getValue().getCommandSpec(), List.of());
            entry.getValue().setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments.toArray(new String[0]));
        }
    }
}
