package org.sparkmlext.kernels;

/** A device could not do what it was asked: out of memory, a failed launch, a device that went away. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KernelException(String message) {
        super(message);
    }

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
