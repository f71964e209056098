package org.sparkmlext.ml.input;

/**
 * Options, job file, table or model directory are at fault. The message stands alone: it names what, what was found, what
 * is allowed and what to do. The process ends with exit code 2 and without a stack trace.
 */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(message);
    }

    public BadInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
