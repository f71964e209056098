package org.sparkmlext.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A state could not be kept where the user wanted it: the run ends, and says what is left of it. */
final class CheckpointFailure extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    CheckpointFailure(String message, Exception cause) {
        super(message, cause instanceof IOException io ? io : new IOException(cause));
    }
}
