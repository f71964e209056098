package org.sparkmlext.jobs;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.FailureText;
import org.sparkmlext.ml.input.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The main class of the job jar: {@code spark-submit jobs.jar SUBCOMMAND --job FILE --option ...}.
 *
 * <p>Exit code 0: done. 2: options or input are at fault, one paragraph says what. 1: anything else, an exception of Spark, a
 * file system or the JDK; the paragraph names it. In cluster mode on YARN the code and the paragraph are in the application's
 * diagnostics ({@link FailedJobException}).
 */
@Command(
        name = "spark-ml-ext",
        description = "Gradient boosting and neural networks on Spark: train, tune, evaluate, score.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        subcommands = {
            TrainCommand.class,
            TuneCommand.class,
            EvaluateCommand.class,
            ScoreCommand.class,
            BacktestCommand.class,
            DescribeCommand.class,
            NotebookCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            QuickstartCommand.class
        })
public final class Main implements Runnable {
    static final int BAD_INPUT = 2;
    static final int FAILURE = 1;

    private final PrintStream out;
    private final PrintStream err;

    /** What was said of a failure; empty where there was none. */
    private String complaint = "";

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        Main main = new Main(System.out, System.err);
        int code = main.run(args);
        stopSession();
        // Only then: a cluster takes System.exit(0) of a driver for an unfinished application.
        if (code != 0) {
            if (FailedJobException.isHeard(new SparkConf())) {
                throw new FailedJobException(code, main.complaint);
            }
            System.exit(code);
        }
    }

    /** Runs one command line and returns the exit code; a Spark session it starts stays open. */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return new Main(out, err).run(args);
    }

    private int run(String[] args) {
        CommandLine line = new CommandLine(this)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true)
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        line.setParameterExceptionHandler((wrong, arguments) -> {
            complain(describe(wrong));
            return BAD_INPUT;
        });
        line.setExecutionExceptionHandler(
                (failure, command, parsed) -> report(failure, isVerbose(Arrays.asList(args))));
        try {
            return line.execute(withJobFile(line, args));
        } catch (BadInputException wrong) {
            return report(wrong, isVerbose(Arrays.asList(args)));
        }
    }

    @Override
    public void run() {
        new CommandLine(this).usage(out);
    }

    /** Where a subcommand prints its results. */
    static PrintStream output(CommandSpec spec) {
        return ((Main) spec.root().userObject()).out;
    }

    /** @throws BadInputException if the option was given neither on the command line nor in a job file */
    static String required(@Nullable String value, String option) {
        if (value == null || value.isBlank()) {
            throw new BadInputException(
                    option + " is needed (key '" + option.replaceFirst("^--", "") + "' in a job file)");
        }
        return value;
    }

    private static String[] withJobFile(CommandLine line, String[] args) {
        ParseResult parsed;
        try {
            parsed = line.parseArgs(args);
        } catch (ParameterException wrong) {
            // Parsed again by execute, whose handler reports it.
            return args;
        }
        ParseResult command = parsed.subcommand();
        while (command != null && command.hasSubcommand()) {
            command = command.subcommand();
        }
        if (command == null || command.isUsageHelpRequested()) {
            return args;
        }
        String job = command.matchedOptionValue("--job", command.matchedOptionValue("--conf-file", null));
        if (job == null) {
            return args;
        }
        List<String> merged = new ArrayList<>(List.of(args));
        int at = merged.indexOf(command.commandSpec().name()) + 1;
        Map<String, String> given = command.matchedOptionValue("--var", Map.of());
        JobFile file = JobFile.read(job, new JobVariables(given, System::getenv));
        merged.addAll(at, file.toArguments(command.commandSpec(), command.matchedOptions()));
        return merged.toArray(new String[0]);
    }

    private static String describe(ParameterException wrong) {
        String message = String.valueOf(wrong.getMessage());
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String got = unmatched.getUnmatched().get(0);
            List<String> valid = new ArrayList<>();
            if (got.startsWith("-")) {
                wrong.getCommandLine().getCommandSpec().options().stream()
                        .filter(option -> !option.hidden())
                        .forEach(option -> valid.add(option.longestName()));
                return NearestName.unknown("option", got.replaceFirst("=.*", ""), valid);
            }
            valid.addAll(wrong.getCommandLine().getSubcommands().keySet());
            return valid.isEmpty() ? message : NearestName.unknown("subcommand", got, valid);
        }
        return message + ". See 'spark-ml-ext " + wrong.getCommandLine().getCommandName() + " --help'";
    }

    private static boolean isVerbose(List<String> args) {
        return args.contains("--verbose");
    }

    private int report(Throwable failure, boolean verbose) {
        boolean isBadInput = FailureText.isBadInput(failure);
        String type = FailureText.typeOf(failure);
        complain(
                isBadInput
                        ? FailureText.of(failure)
                        : type + ": " + FailureText.of(failure) + (verbose ? "" : " (the stack trace: --verbose)"));
        if (verbose) {
            failure.printStackTrace(err);
        }
        return isBadInput ? BAD_INPUT : FAILURE;
    }

    private void complain(String text) {
        complaint = text;
        err.println("spark-ml-ext: " + text);
    }

    private static void stopSession() {
        scala.Option<SparkSession> session = SparkSession.getDefaultSession();
        if (session.isDefined()) {
            session.get().stop();
        }
    }
}
