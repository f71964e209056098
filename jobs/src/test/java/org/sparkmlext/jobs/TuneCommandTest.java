package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.jobs.CommandRun.isRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

/** Searches on a small table, and what becomes of them. */
class TuneCommandTest {

    @TempDir
    static Path folder;

    private static Path table;

    @BeforeAll
    static void table() throws IOException {
        LocalSpark.session();
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("x,y,z,colour,label"));
        for (int i = 0; i < 1200; i++) {
            double x = random.nextDouble();
            double y = random.nextDouble();
            String colour = random.nextBoolean() ? "red" : "blue";
            boolean label = random.nextDouble() < (x * y > 0.25 ^ colour.equals("red") ? 0.85 : 0.15);
            lines.add(x + "," + y + "," + random.nextDouble() + "," + colour + "," + (label ? 1 : 0));
        }
        table = Files.write(folder.resolve("table.csv"), lines);
    }

    private static CommandRun tune(String name, String... options) {
        List<String> args = new ArrayList<>(List.of(
                "tune",
                "--input=" + table,
                "--label=label",
                "--validation-fraction=0.3",
                "--output=" + folder.resolve(name),
                "--results=" + folder.resolve(name + ".csv")));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray(new String[0]));
    }

    private static List<String[]> results(String name) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(name + ".csv"));
        assertThat(lines.get(0)).isEqualTo("trial,rung,params,metric,value,rounds,seconds,status");
        return lines.stream().skip(1).map(line -> line.split(",", -1)).toList();
    }

    /** The last metric that training with these Params alone prints. */
    private static double alone(String name, String metric, String... sets) {
        List<String> args = new ArrayList<>(List.of(
                "train",
                "--input=" + table,
                "--label=label",
                "--validation-fraction=0.3",
                "--output=" + folder.resolve(name),
                "--progress=plain"));
        Arrays.stream(sets).forEach(set -> args.add("--set=" + set));
        CommandRun run = CommandRun.of(args.toArray(new String[0]));
        assertThat(run.code()).as(run.err()).isZero();
        String out = run.out();
        return Double.parseDouble(out.substring(out.lastIndexOf("validation-" + metric) + metric.length() + 12)
                .split("\\s+")[0]);
    }

    private static byte[] forest(String name) throws IOException {
        try (var files = Files.walk(folder.resolve(name))) {
            return Files.readAllBytes(files.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    @Test
    void aGridTrainsEveryCombinationAndSavesTheBestModel() throws IOException {
        CommandRun run = tune(
                "grid",
                "--set=numTrees=8",
                "--try=learningRate=0.05,0.3",
                "--try=maxLeaves=2,8",
                "--try=maxBins=15,255",
                "--metric=auc");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("tuning: 8 trials by auc (more is better)")
                .contains("trial 1  learningRate=0.05 maxLeaves=2 maxBins=15  auc 0.")
                .contains(" left\n", "best so far", "model saved: ", "results: ");
        List<String[]> results = results("grid");
        assertThat(results).hasSize(8).allMatch(line -> line[7].equals("ok") && line[3].equals("auc"));
        String[] best = results.stream()
                .reduce((a, b) -> Double.parseDouble(b[4]) > Double.parseDouble(a[4]) ? b : a)
                .orElseThrow();
        assertThat(run.out()).contains("best: trial " + best[0] + "  " + best[2] + "\n");
        List<String> sets = new ArrayList<>(List.of(best[2].split(" ")));
        sets.addAll(List.of("numTrees=8", "validationMetric=auc"));
        assertThat(alone("grid-alone", "auc", sets.toArray(new String[0])))
                .isEqualTo(Double.parseDouble(best[4]), within(6e-6));
        assertThat(forest("grid")).isEqualTo(forest("grid-alone"));
        CommandRun scoring = CommandRun.of("evaluate", "--model=" + folder.resolve("grid"), "--input=" + table);
        assertThat(scoring.number("AUC")).as(scoring.err()).isGreaterThan(0.75);
    }

    @Test
    void aTrialThatFailsIsNamedAndTheOthersGoOn() throws IOException {
        CommandRun run = tune(
                "failing", "--set=numTrees=3", "--try=learningRate=0.1,7", "--try=maxLeaves=4,8", "--metric=logloss");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("learningRate=7 maxLeaves=4  failed: param 'learningRate' does not allow 7");
        List<String[]> results = results("failing");
        assertThat(results.stream().filter(line -> line[7].equals("ok"))).hasSize(2);
        assertThat(Files.readString(folder.resolve("failing.csv"))).contains("failed: param 'learningRate'");
        isRefused(
                tune("all-failing", "--try=learningRate=7,8"), "param 'learningRate' does not allow 7; it is: factor");
        isRefused(
                tune("no-metric", "--try=learningRate=0.1,0.2", "--metric=aucc"),
                "every trial failed; the first: validationMetric is 'aucc'; allowed",
                "auc");
        assertThat(folder.resolve("no-metric")).doesNotExist();
    }

    @Test
    void halvingGivesMoreTreesToTheBest() throws IOException {
        CommandRun run = tune(
                "halving",
                "--search=halving",
                "--trials=9",
                "--set=numTrees=18",
                "--try=learningRate=0.01..0.5:log",
                "--try=maxLeaves=2..31:log");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("9 trials by logloss (less is better), rungs of trials x rounds: 9 x 2, 3 x 6, 1 x 18");
        List<String[]> results = results("halving");
        assertThat(results.stream().map(line -> line[1] + ":" + line[5]))
                .containsExactly(
                        "1:2", "1:2", "1:2", "1:2", "1:2", "1:2", "1:2", "1:2", "1:2", "2:6", "2:6", "2:6", "3:18");
        String[] best = results.get(12);
        List<String> sets = new ArrayList<>(List.of(best[2].split(" ")));
        sets.addAll(List.of("numTrees=18", "validationMetric=logloss"));
        assertThat(alone("halving-alone", "logloss", sets.toArray(new String[0])))
                .isEqualTo(Double.parseDouble(best[4]), within(6e-6));
        assertThat(forest("halving")).isEqualTo(forest("halving-alone"));
    }

    @Test
    void aSearchGoesOnFromItsResults() throws IOException {
        String[] first = {"--set=numTrees=4", "--search=random", "--trials=3", "--try=learningRate=0.05..0.5"};
        assertThat(tune("resumed", first).code()).isZero();
        List<String[]> before = results("resumed");
        String[] more = first.clone();
        more[2] = "--trials=5";
        isRefused(tune("resumed", more), "output", "exists already");
        CommandRun run =
                tune("resumed", more[0], more[1], more[2], more[3], "--resume", "--output=" + folder.resolve("r2"));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("3 are in the results file")
                .contains("trial 4  ")
                .doesNotContain("trial 3  ");
        List<String[]> after = results("resumed");
        assertThat(after).hasSize(5);
        assertThat(after.subList(0, 3)).usingRecursiveComparison().isEqualTo(before);
        CommandRun again =
                tune("resumed", more[0], more[1], more[2], more[3], "--resume", "--output=" + folder.resolve("r3"));
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("5 are in the results file", "its model is trained again");
        assertThat(forest("r3")).isEqualTo(forest("r2"));
    }

    @Test
    void whatASearchNeedsIsNamed() {
        isRefused(
                CommandRun.of("tune", "--input=a", "--output=b"), "give either --validation or --validation-fraction");
        isRefused(tune("x"), "there is nothing to try; give --try");
        isRefused(tune("x", "--try=numTres=1,2"), "unknown param 'numTres'; did you mean 'numTrees'?");
        isRefused(tune("x", "--try=numTrees=1,2", "--set=numTrees=3"), "param 'numTrees' is both set and tried");
        isRefused(
                tune("x", "--try=numTrees=1,2", "--search=halving"), "successive halving decides on 'numTrees' itself");
        isRefused(
                tune("x", "--try=maxBins=7,15,31,63", "--search=halving"),
                "successive halving compares trials on one binned table, but they differ in [maxBins]");
        isRefused(tune("x", "--try=numTrees=1,2", "--metric=auc", "--set=validationMetric=error"), "watch one metric");
        isRefused(tune("x", "--try=numTrees=1,2", "--trials=0"), "--trials must be at least 1, got 0");
        isRefused(
                tune("x", "--try=learningRate=0.1..0.2", "--search=halving", "--resume"),
                "--resume goes on from single");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
