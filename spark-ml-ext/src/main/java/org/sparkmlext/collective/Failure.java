package org.sparkmlext.collective;

import org.jspecify.annotations.Nullable;

/**
 * Why a collective ended.
 *
 * @param culprit the rank at fault, or {@link CollectiveException#UNKNOWN_RANK}
 * @param reason what happened, in words
 * @param cause what was thrown on this rank, if anything
 */
record Failure(int culprit, String reason, @Nullable Throwable cause) {

    static Failure of(int culprit, Throwable cause) {
        String message = cause.getMessage();
        String reason = cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        return new Failure(culprit, reason, cause);
    }

    static Failure interrupted(int rank) {
        return of(rank, new InterruptedException("its thread was interrupted"));
    }

    CollectiveException toException(int rank, int size) {
        String who = culprit == CollectiveException.UNKNOWN_RANK ? "an unknown rank" : "rank " + culprit;
        String message = "The collective of " + size + " ranks ended because of " + who + ": " + reason
                + " (reported on rank " + rank + ")";
        return cause == null
                ? new CollectiveException(culprit, message)
                : new CollectiveException(culprit, message, cause);
    }
}
