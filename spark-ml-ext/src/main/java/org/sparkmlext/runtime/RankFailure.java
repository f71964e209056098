package org.sparkmlext.runtime;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.collective.CollectiveException;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.TrainingCancelledException;

/**
 * A failure of one rank, in a form that survives a journey to a driver which may not know the exception's class.
 *
 * @param rank rank that failed
 * @param place executor and host of the rank
 * @param phase what it was doing
 * @param className class of the exception
 * @param message message of the exception, or empty
 * @param trace stack trace as text
 * @param kind what to do about it
 */
record RankFailure(int rank, String place, String phase, String className, String message, String trace, Kind kind) {

    /** Rank of a failure that no single rank is to blame for; its message says it all. */
    static final int NO_RANK = -1;

    /** What a failure calls for. */
    enum Kind {
        /** Data, settings or device are at fault: the run ends at once. */
        FATAL,
        /** Anything else an algorithm threw: one more attempt, and the end if it comes again in the same phase. */
        SUSPECT,
        /** A lost peer or block, or a cancellation: a retry may help, and another failure is the better reason. */
        RECOVERABLE
    }

    static RankFailure of(int rank, String place, String phase, boolean isOpening, Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        String message = thrown.getMessage() == null ? "" : thrown.getMessage();
        return new RankFailure(
                rank, place, phase, thrown.getClass().getName(), message, trace.toString(), kind(isOpening, thrown));
    }

    private static Kind kind(boolean isOpening, Throwable thrown) {
        if (thrown instanceof CollectiveException
                || thrown instanceof TrainingCancelledException
                || thrown instanceof IOException
                || thrown instanceof UncheckedIOException
                || thrown.getClass().getName().startsWith("org.apache.spark.")) {
            return Kind.RECOVERABLE;
        }
        return isOpening || thrown instanceof IllegalArgumentException ? Kind.FATAL : Kind.SUSPECT;
    }

    /** The same failure, to end the run. */
    RankFailure asFatal() {
        return new RankFailure(rank, place, phase, className, message, trace, Kind.FATAL);
    }

    /** The same failure with more to say. */
    RankFailure with(String note) {
        return new RankFailure(rank, place, phase, className, message + note, trace, kind);
    }

    boolean isSameAs(RankFailure other) {
        return rank == other.rank && phase.equals(other.phase) && className.equals(other.className);
    }

    /** One line for logs. */
    String describe() {
        if (rank == NO_RANK) {
            return message;
        }
        String simpleName = className.substring(className.lastIndexOf('.') + 1);
        return "rank " + rank + " (" + place + ") failed in " + phase + " with " + simpleName
                + (message.isEmpty() ? "" : ": " + message);
    }

    /**
     * The exception for the caller: of the class that the algorithm threw where it is a {@link RuntimeException} that can
     * be made from a message, else an {@link IllegalStateException}; the rank's stack trace is in its cause.
     */
    RuntimeException toException(@Nullable Throwable original) {
        String reason = message.isEmpty() ? className : message;
        String text = rank == NO_RANK ? reason : "rank " + rank + " (" + place + "), " + phase + ": " + reason;
        RuntimeException exception = create(text);
        exception.initCause(original != null ? original : new RuntimeException("on the executor: " + trace));
        return exception;
    }

    private RuntimeException create(String text) {
        if (className.equals(InvalidTrainingDataException.class.getName())) {
            return new InvalidTrainingDataException(text);
        }
        try {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            Class<?> type =
                    Class.forName(className, false, loader != null ? loader : RankFailure.class.getClassLoader());
            if (RuntimeException.class.isAssignableFrom(type)) {
                return (RuntimeException) type.getConstructor(String.class).newInstance(text);
            }
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            // Not a class that can be made from a message: told by name below.
        }
        return new IllegalStateException(text + " [" + className + "]");
    }
}
