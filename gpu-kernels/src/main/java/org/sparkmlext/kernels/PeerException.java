package org.sparkmlext.kernels;

/** Devices of several ranks could not work together: another rank, or the way to it, was lost. This rank's own device is in order. */
public final class PeerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PeerException(String message) {
        super(message);
    }
}
