package org.sparkmlext.data;

/** Events that make no clean series by the rules: reading them again would fail again. */
public final class InvalidEventsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidEventsException(String message) {
        super(message);
    }
}
