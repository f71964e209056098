package org.sparkmlext.collective;

/** A collective operation failed; the message names the rank at fault where it is known. */
public final class CollectiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Rank at fault where nobody knows it. */
    public static final int UNKNOWN_RANK = -1;

    private final int culprit;

    public CollectiveException(int culprit, String message) {
        super(message);
        this.culprit = culprit;
    }

    public CollectiveException(int culprit, String message, Throwable cause) {
        super(message, cause);
        this.culprit = culprit;
    }

    /** The rank at fault, or {@link #UNKNOWN_RANK}. */
    public int culprit() {
        return culprit;
    }
}
