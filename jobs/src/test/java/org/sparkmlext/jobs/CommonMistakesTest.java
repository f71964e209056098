package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.testing.LocalSpark;

/** What people get wrong most often: exit code and message, as {@code docs/jobs.md} lists them. */
class CommonMistakesTest {
    private static final Path PAGE = Path.of("..", "spark-ml-ext", "docs", "jobs.md");

    @TempDir
    static Path folder;

    /**
     * A mistake.
     *
     * @param what was got wrong
     * @param code exit code
     * @param message part of what is said, without paths
     * @param arguments of the command line; DIR stands for the folder of the test
     */
    private record Mistake(String what, int code, String message, List<String> arguments) {

        static Mistake of(String what, int code, String message, String... arguments) {
            return new Mistake(what, code, message, List.of(arguments));
        }

        /** The row of the page's table. */
        String row() {
            return "| " + what + " | " + code + " | `" + message.replace("|", "\\|") + "` |";
        }

        @Override
        public String toString() {
            return what;
        }
    }

    private static Stream<Mistake> mistakes() {
        String[] train = {"train", "--input=DIR/table.csv", "--label=label", "--output=DIR/m", "--set=numTrees=2"};
        return Stream.of(
                Mistake.of(
                        "an option is misspelt",
                        2,
                        "unknown option '--labl'; did you mean '--label'?",
                        "train",
                        "--labl=y"),
                Mistake.of(
                        "a key of a job file is misspelt",
                        2,
                        "unknown key 'imput'; did you mean 'input'?",
                        "train",
                        "--job=DIR/misspelt.json"),
                Mistake.of(
                        "a variable of a job file is not set",
                        2,
                        "key 'input' needs the variable data, which is not set; give --var data=VALUE",
                        "train",
                        "--job=DIR/variable.json"),
                Mistake.of(
                        "a param is misspelt",
                        2,
                        "unknown param 'numTree'; did you mean 'numTrees'?",
                        with(train, "--set=numTree=5")),
                Mistake.of(
                        "a param has a value out of its range",
                        2,
                        "param 'learningRate' does not allow 7",
                        with(train, "--set=learningRate=7")),
                Mistake.of(
                        "the table is not there",
                        2,
                        "does not exist",
                        "train",
                        "--input=DIR/nowhere.csv",
                        "--label=label",
                        "--output=DIR/m"),
                Mistake.of(
                        "the label is not in the table",
                        2,
                        "unknown column 'lable'; did you mean 'label'?",
                        "train",
                        "--input=DIR/table.csv",
                        "--label=lable",
                        "--output=DIR/m"),
                Mistake.of(
                        "the label has one class only",
                        2,
                        "training rows; a classifier needs rows of at least two classes",
                        "train",
                        "--input=DIR/one-class.csv",
                        "--label=label",
                        "--output=DIR/m"),
                Mistake.of(
                        "early stopping without validation rows",
                        2,
                        "earlyStoppingRounds is 5 but validationIndicatorCol is not set: there are no rows to watch",
                        with(train, "--set=earlyStoppingRounds=5")),
                Mistake.of(
                        "the output is there already",
                        2,
                        "exists already; choose another path or give --overwrite",
                        "train",
                        "--input=DIR/table.csv",
                        "--label=label",
                        "--output=DIR/model"),
                Mistake.of(
                        "more workers than rows",
                        2,
                        "numWorkers is 1000 but the data set has only 60 training rows",
                        with(train, "--set=numWorkers=1000")),
                Mistake.of(
                        "the model is no model",
                        2,
                        "is not a model of spark-ml-ext",
                        "score",
                        "--model=DIR/empty",
                        "--input=DIR/table.csv",
                        "--output=DIR/s"),
                Mistake.of(
                        "the table to score lacks a column",
                        2,
                        "unknown column 'x'",
                        "score",
                        "--model=DIR/model",
                        "--input=DIR/lacking.csv",
                        "--output=DIR/s"),
                Mistake.of(
                        "nothing to compare models by",
                        2,
                        "models are compared on validation rows: give either --validation or --validation-fraction",
                        "tune",
                        "--input=DIR/table.csv",
                        "--label=label",
                        "--output=DIR/m",
                        "--try=maxLeaves=3,7"),
                Mistake.of(
                        "checkpoints cannot be written",
                        1,
                        "Set checkpointDir to a directory that the driver may write to",
                        "doctor",
                        "--checkpoint-dir=DIR/table.csv/below"));
    }

    private static String[] with(String[] arguments, String more) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(more);
        return all.toArray(new String[0]);
    }

    @BeforeAll
    static void files() throws IOException {
        LocalSpark.session();
        StringBuilder table = new StringBuilder("x,label\n");
        StringBuilder oneClass = new StringBuilder("x,label\n");
        for (int i = 0; i < 60; i++) {
            table.append(i % 7).append(',').append(i % 3 == 0 ? 1 : 0).append('\n');
            oneClass.append(i).append(",0\n");
        }
        Files.writeString(folder.resolve("table.csv"), table);
        Files.writeString(folder.resolve("one-class.csv"), oneClass);
        Files.writeString(folder.resolve("lacking.csv"), "z,label\n1,0\n2,1\n");
        Files.writeString(folder.resolve("misspelt.json"), "{\"imput\": \"table.csv\"}");
        Files.writeString(folder.resolve("variable.json"), "{\"input\": \"${data}/table.csv\"}");
        Files.createDirectories(folder.resolve("empty"));
        CommandRun run = CommandRun.of(
                "train",
                "--input=" + folder.resolve("table.csv"),
                "--label=label",
                "--set=numTrees=2",
                "--output=" + folder.resolve("model"));
        assertThat(run.code()).as(run.err()).isZero();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isSaidInOneParagraphAndNothingIsWritten(Mistake mistake) {
        String[] arguments = mistake.arguments().stream()
                .map(argument -> argument.replace("DIR", folder.toString()))
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.out() + run.err()).contains(mistake.message()).doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(mistake.code());
        if (mistake.code() == 2) {
            assertThat(run.err().lines()).hasSize(1);
        }
        assertThat(folder.resolve("m")).doesNotExist();
        assertThat(folder.resolve("s")).doesNotExist();
    }

    @Test
    void thePageListsThem() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        assertThat(lines).containsSequence(mistakes().map(Mistake::row).toList());
    }
}
