package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before any Spark session starts. */
class CommandLineTest {

    @TempDir
    Path folder;

    private static void isRefused(CommandRun run, String... parts) {
        CommandRun.isRefused(run, parts);
        assertThat(run.err()).startsWith("spark-ml-ext: ");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void anUnknownSubcommandNamesTheNearest() {
        isRefused(CommandRun.of("trian"), "unknown subcommand 'trian'; did you mean 'train'?", "evaluate");
    }

    @Test
    void anUnknownOptionNamesTheNearest() {
        isRefused(CommandRun.of("train", "--labl=x"), "unknown option '--labl'; did you mean '--label'?");
    }

    @Test
    void aValueOfTheWrongTypeIsNamed() {
        isRefused(CommandRun.of("train", "--validation-fraction=much"), "--validation-fraction", "much");
    }

    @Test
    void aNeededOptionIsNamed() {
        isRefused(CommandRun.of("train"), "--input is needed (key 'input' in a job file)");
        isRefused(CommandRun.of("train", "--input=a.csv"), "--output is needed");
        isRefused(CommandRun.of("evaluate", "--input=a.csv"), "--model is needed");
        isRefused(CommandRun.of("describe"), "--model is needed");
    }

    @Test
    void whatABenchmarkLacksIsNamed() {
        isRefused(
                CommandRun.of("bench", "bosting"), "unknown benchmark 'bosting'; did you mean 'boosting'?", "quality");
        isRefused(
                CommandRun.of("bench", "networks", "--networks=vgg-cifa"),
                "unknown network 'vgg-cifa'; did you mean 'vgg-cifar'?");
        isRefused(CommandRun.of("bench", "networks", "--epochs=1"), "--epochs must be at least 2, got 1");
        isRefused(CommandRun.of("bench", "networks", "--systems=dl4"), "did you mean 'dl4j'?");
        isRefused(CommandRun.of("bench", "--set=spares"), "unknown set 'spares'; did you mean 'sparse'?");
        isRefused(CommandRun.of("bench", "--systems=ours-leafwise-dirct"), "did you mean 'ours-leafwise-direct'?");
        isRefused(
                CommandRun.of("bench", "quality", "--data=" + folder, "--quality-sets=abalon"),
                "unknown set 'abalon'; did you mean 'abalone'?");
        isRefused(CommandRun.of("bench", "quality", "--data=" + folder, "--folds=1"), "--folds must be at least 2");
    }

    @Test
    void anUnknownParamNamesTheNearest() {
        isRefused(
                CommandRun.of("train", "--input=a.csv", "--output=m", "--set=numTree=5"),
                "unknown param 'numTree'; did you mean 'numTrees'?",
                "learningRate");
    }

    @Test
    void aParamOfTheWrongTypeOrRangeIsNamed() {
        isRefused(
                CommandRun.of("train", "--input=a.csv", "--output=m", "--set=numTrees=many"),
                "param 'numTrees' must be a whole number, got 'many'");
        isRefused(
                CommandRun.of("train", "--input=a.csv", "--output=m", "--set=learningRate=-1"),
                "param 'learningRate' does not allow -1");
        isRefused(
                CommandRun.of("train", "--input=a.csv", "--output=m", "--set=growPolicy=sideways"),
                "param 'growPolicy' does not allow sideways");
    }

    @Test
    void columnParamsAreLeftToTheTableOptions() {
        isRefused(CommandRun.of("train", "--input=a.csv", "--output=m", "--set=labelCol=y"), "'labelCol'", "--label");
    }

    @Test
    void aJobFileThatIsMissingOrHasAnUnknownKeyIsRefused() throws IOException {
        isRefused(CommandRun.of("train", "--job=" + folder.resolve("no.json")), "job file", "does not exist");
        Path job = Files.writeString(folder.resolve("job.json"), "{\"numTree\": 3}");
        isRefused(CommandRun.of("train", "--job=" + job), "unknown key 'numTree'", "valid keys:", "params");
        isRefused(CommandRun.of("train", "--conf-file", job.toString()), "unknown key 'numTree'");
    }

    @Test
    void helpAndVersionAreNoErrors() {
        assertThat(CommandRun.of("--help").out())
                .contains("train", "evaluate", "score", "describe", "bench", "quickstart");
        assertThat(CommandRun.of("train", "--help").out()).contains("--label", "--set");
        assertThat(CommandRun.of("--version").out()).contains("Spark 4");
        assertThat(CommandRun.of("--help").code()).isZero();
    }

    /** Elsewhere the process's exit code is heard. */
    @Test
    void onlyAnApplicationMasterHearsOfAFailureByAnException() {
        SparkConf conf = new SparkConf(false);
        assertThat(FailedJobException.isHeard(conf)).isFalse();
        conf.set("spark.master", "yarn");
        assertThat(FailedJobException.isHeard(conf)).isFalse();
        conf.set("spark.submit.deployMode", "cluster");
        assertThat(FailedJobException.isHeard(conf)).isTrue();
        assertThat(FailedJobException.isHeard(conf.set("spark.master", "spark://host:7077")))
                .isFalse();
        assertThat(new FailedJobException(2, "unknown key"))
                .hasMessage("exit code 2: unknown key")
                .hasNoCause();
        assertThat(new FailedJobException(1, "").getStackTrace()).isEmpty();
    }
}
