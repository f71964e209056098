package org.sparkmlext.training;

/** The run was cancelled, or is being given up because another rank failed. */
public final class TrainingCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingCancelledException(String message) {
        super(message);
    }
}
