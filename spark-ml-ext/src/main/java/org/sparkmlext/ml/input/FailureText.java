package org.sparkmlext.ml.input;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.sparkmlext.training.InvalidTrainingDataException;

/** Turns an exception into one paragraph for people, and tells whose fault it was. */
public final class FailureText {
    private static final int MAX_LENGTH = 1500;
    /**
     * Their arguments are Params, networks, columns and rows. Those of the layers below are ours, and wrong by our own fault.
     */
    private static final List<String> CHECKING_LAYERS = List.of(
            "org.sparkmlext.jobs.",
            "org.sparkmlext.ml.",
            "org.sparkmlext.sql.",
            "org.sparkmlext.net.",
            "org.sparkmlext.data.",
            "org.sparkmlext.runtime.");

    private FailureText() {}

    /** The message of the innermost cause that says something, without Spark's wrapping and stack traces. */
    public static String of(Throwable failure) {
        Throwable telling = telling(failure);
        String message = telling.getMessage();
        if (message == null || message.isBlank()) {
            return telling.getClass().getName();
        }
        String paragraph = message.lines()
                .takeWhile(line -> !line.startsWith("\tat ") && !line.startsWith("Driver stacktrace"))
                .filter(line -> !line.isBlank())
                .limit(12)
                .reduce((first, second) -> first + " " + second.strip())
                .orElse(message);
        return paragraph.length() > MAX_LENGTH ? paragraph.substring(0, MAX_LENGTH) + " ..." : paragraph;
    }

    /** The class of the exception whose message {@link #of} gives. */
    public static String typeOf(Throwable failure) {
        return telling(failure).getClass().getSimpleName();
    }

    /**
     * Whether the user's input is at fault rather than the program or the cluster: a check of ours has refused it, or Spark's
     * analysis of a query on it, or a value that a query could not read.
     */
    public static boolean isBadInput(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String type = cause.getClass().getName();
            if (cause instanceof BadInputException
                    || cause instanceof InvalidTrainingDataException
                    || isRefusedByOurChecks(cause)
                    || type.endsWith(".AnalysisException")
                    || type.endsWith(".ExtendedAnalysisException")
                    || type.endsWith(".InvalidInputException")
                    || isRaisedByQuery(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Spark, Hadoop and the JDK throw this type too, and not about what a user has given: who threw it decides. */
    private static boolean isRefusedByOurChecks(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return cause instanceof IllegalArgumentException
                && trace.length > 0
                && CHECKING_LAYERS.stream().anyMatch(trace[0].getClassName()::startsWith);
    }

    private static boolean isRaisedByQuery(Throwable cause) {
        String message = cause.getMessage();
        return message != null
                && (message.startsWith("[USER_RAISED_EXCEPTION]")
                        || message.startsWith("[MALFORMED_RECORD_IN_PARSING")
                        || message.startsWith("[CAST_INVALID_INPUT]"));
    }

    private static Throwable telling(Throwable failure) {
        Throwable telling = failure;
        while (telling.getCause() != null && telling.getCause() != telling && isWrapping(telling)) {
            telling = telling.getCause();
        }
        return telling;
    }

    private static boolean isWrapping(Throwable failure) {
        return failure instanceof SparkException
                || failure instanceof ExecutionException
                || failure instanceof InvocationTargetException
                || failure.getMessage() == null
                || failure.getClass() == RuntimeException.class;
    }
}
