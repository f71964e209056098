package org.sparkmlext.ml.feature;

import java.io.IOException;

/** A file that is no image, or a damaged one. The message says what is wrong, not which file it is. */
final class BrokenImageException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenImageException(String message) {
        super(message);
    }

    BrokenImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
