package org.sparkmlext.runtime;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaFutureAction;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.TrainingCancelledException;

/**
 * Waits on the driver for Spark jobs, and meanwhile does what comes up. A cancelled job and an interrupted caller both
 * end in a {@link TrainingCancelledException}.
 */
final class JobWatch {

    private static final long POLL_MILLIS = 25;
    /** As Spark words it where it has no error class for it. */
    private static final Pattern CANCELLED = Pattern.compile("\\b[Jj]ob \\S+ (was )?cancelled");

    /** What is done on the caller's thread between two looks at the job; may throw to give the job up. */
    interface Chore {
        void run();
    }

    /** Waits for the result. */
    <T> T await(JavaFutureAction<T> job) {
        return await(job, () -> {});
    }

    /** Waits for the result; the job is cancelled if the chore throws. */
    <T> T await(JavaFutureAction<T> job, Chore chore) {
        boolean isOver = false;
        try {
            while (true) {
                chore.run();
                try {
                    T result = job.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    isOver = true;
                    return result;
                } catch (TimeoutException stillRunning) {
                    continue;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingCancelledException("training was cancelled: the calling thread was interrupted");
        } catch (CancellationException e) {
            isOver = true;
            throw new TrainingCancelledException("training was cancelled: " + e.getMessage());
        } catch (ExecutionException e) {
            isOver = true;
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            if (!isOver) {
                undisturbed(() -> job.cancel(true));
            }
        }
    }

    /**
     * Does something that an interrupt must not keep from being done; the thread is interrupted afterwards if it was
     * before. Spark's own clean-up gives up when its thread is interrupted.
     */
    static void undisturbed(Chore chore) {
        boolean wasInterrupted = Thread.interrupted();
        try {
            chore.run();
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The exception to throw for a failed job: our own for a cancelled one and for bad data, else Spark's. */
    static RuntimeException failure(Throwable cause) {
        if (isCancellation(cause)) {
            TrainingCancelledException cancelled =
                    new TrainingCancelledException("training was cancelled: " + cause.getMessage());
            cancelled.initCause(cause);
            return cancelled;
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof InvalidTrainingDataException) {
                InvalidTrainingDataException invalid = new InvalidTrainingDataException(String.valueOf(t.getMessage()));
                invalid.initCause(cause);
                return invalid;
            }
        }
        return JobWatch.<RuntimeException>unchecked(cause);
    }

    private static boolean isCancellation(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (t instanceof InterruptedException
                    || message.contains("SPARK_JOB_CANCELLED")
                    || message.contains("SparkContext was shut down")
                    || CANCELLED.matcher(message).find()) {
                return true;
            }
        }
        return false;
    }

    /** Throws a checked exception that Spark's Scala methods do not declare. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException unchecked(Throwable t) throws E {
        throw (E) t;
    }
}
