package org.sparkmlext.jobs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

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

    /** The number that follows a word in the output. */
    double number(String word) {
        String after = out.substring(out.indexOf(word) + word.length()).strip();
        return Double.parseDouble(after.split("\\s")[0]);
    }
}
