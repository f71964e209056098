package org.sparkmlext.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.testing.LocalSpark;

/**
 * One command line, run in this JVM.
 *
 * @param code exit code
 * @param out what it printed to standard output
 * @param err and to standard error
 */
record CommandRun(int code, String out, String err) {

    static CommandRun of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new CommandRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Bad input: says all of this, without a stack trace. */
    static void isRefused(CommandRun run, String... parts) {
        assertThat(run.err()).contains(parts).doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(2);
    }

    /**
     * What {@code score} writes.
     *
     * @param to folder to be made
     * @param options beyond model, input and output
     */
    static Dataset<Row> scored(Path to, Path model, String input, String... options) {
        List<String> args = new ArrayList<>(List.of("score", "--model=" + model, "--input=" + input, "--output=" + to));
        args.addAll(List.of(options));
        CommandRun scoring = of(args.toArray(new String[0]));
        assertThat(scoring.code()).as(scoring.err()).isZero();
        return LocalSpark.session().read().parquet(to.toString());
    }

    /** The number that follows a word in the output. */
    double number(String word) {
        String after = out.substring(out.indexOf(word) + word.length()).strip();
        return Double.parseDouble(after.split("\\s")[0]);
    }
}
