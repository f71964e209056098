package org.sparkmlext.training;

/** The data or the settings are at fault: trying again would fail again, so the run ends at once with this message. */
public final class InvalidTrainingDataException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidTrainingDataException(String message) {
        super(message);
    }
}
