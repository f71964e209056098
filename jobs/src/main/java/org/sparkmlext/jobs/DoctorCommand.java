package org.sparkmlext.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.doctor.Doctor;
import org.sparkmlext.ml.doctor.Finding;
import org.sparkmlext.ml.doctor.FitSize;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.Table;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableReader;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.ml.training.Algorithm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks whether training can run here. Exit code 0: yes. 1: something stands in the way, and each such thing is named. */
@Command(
        name = "doctor",
        description =
                "Looks at versions, settings, every executor, memory, directories and ports, and says what keeps training"
                        + " from running and which setting to change. Exit code 1 if anything does.")
final class DoctorCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Mixin
    SessionOptions sessionOptions;

    @Mixin
    TableArguments table;

    @Option(names = "--input", description = "Table of a fit of boosted trees to come, for its memory.")
    @Nullable
    String input;

    @Option(names = "--algorithm", description = "Of that fit: classifier (default) or regressor.")
    @Nullable
    String algorithm;

    @Option(names = "--num-rows", description = "Rows of that fit, in place of a table.", defaultValue = "0")
    long rows;

    @Option(names = "--num-features", description = "Its features.", defaultValue = "0")
    int features;

    @Option(names = "--validation-fraction", description = "Share of the rows for validation.", defaultValue = "0")
    double validationFraction;

    @Option(names = "--checkpoint-dir", description = "Directory of checkpoints to come.")
    @Nullable
    String checkpointDir;

    @Option(names = "--json", description = "Print the findings as JSON.")
    boolean json;

    @Override
    public Integer call() {
        PrintStream out = Main.output(spec);
        boolean isSized = rows != 0 || features != 0;
        if (isSized && (input != null || rows < 1 || features < 1)) {
            throw new BadInputException(
                    "a fit's size is --input, or both --num-rows and --num-features of at least 1; got --num-rows "
                            + rows + ", --num-features " + features + (input == null ? "" : ", --input " + input));
        }
        Algorithm chosen = Algorithm.of(algorithm, Map.of());
        if (chosen.isNetwork()) {
            throw new BadInputException(
                    "doctor plans the memory of boosted trees: --algorithm must be classifier or regressor, got "
                            + chosen.text());
        }
        SparkSession session = SessionOptions.session("spark-ml-ext doctor");
        FitSize size = isSized ? size(rows, features, chosen.hasClasses() ? 2 : 0) : ofTable(session, chosen);
        List<Finding> findings = new Doctor(session).examine(size, checkpointDir);
        out.print(json ? json(findings) : text(findings));
        return Doctor.isHealthy(findings) ? 0 : Main.FAILURE;
    }

    private FitSize size(long all, int numFeatures, int classes) {
        long forValidation = Math.round(all * validationFraction);
        return new FitSize(all - forValidation, forValidation, numFeatures, classes);
    }

    private @Nullable FitSize ofTable(SparkSession session, Algorithm chosen) {
        if (input == null) {
            return null;
        }
        TableReader reader = new TableReader(session, CommandLineNames.NAMES);
        Table read = reader.readForTraining(input, table.options(), TableUse.ofColumns(chosen.hasClasses()));
        TableLayout layout = read.layout();
        Dataset<Row> all = read.rows();
        int numFeatures = layout.rowColumn() == null ? layout.features().size() : layout.rowLength();
        int classes = chosen.hasClasses() ? classes(all, layout) : 0;
        return size(all.count(), numFeatures, classes);
    }

    private static int classes(Dataset<Row> rows, TableLayout layout) {
        Column label = rows.col("`" + layout.label().replace("`", "``") + "`");
        Object largest = rows.agg(functions.max(label)).first().get(0);
        return largest instanceof Number number ? Math.max(2, number.intValue() + 1) : 2;
    }

    private static String text(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-4s  %s: %s%n",
                    finding.level(),
                    finding.check(),
                    finding.text().strip().replace("\n", "\n        ")));
            if (!finding.remedy().isEmpty()) {
                text.append("      -> ").append(finding.remedy()).append('\n');
            }
        }
        long faults = findings.stream()
                .filter(finding -> finding.level() == Finding.Level.FAIL)
                .count();
        text.append(
                faults == 0
                        ? "training can run here\n"
                        : faults + (faults == 1 ? " thing keeps" : " things keep") + " training from running\n");
        return text.toString();
    }

    private static String json(List<Finding> findings) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("healthy", Doctor.isHealthy(findings));
        ArrayNode array = root.putArray("findings");
        for (Finding finding : findings) {
            array.addObject()
                    .put("level", finding.level().toString())
                    .put("check", finding.check())
                    .put("text", finding.text().strip())
                    .put("remedy", finding.remedy());
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("findings are plain texts", impossible);
        }
    }
}
