package org.sparkmlext.kernels;

/** Type of one element of a {@link Buffer}. */
public enum ElementType {
    INT(Integer.BYTES),
    LONG(Long.BYTES),
    FLOAT(Float.BYTES),
    /** Unsigned. */
    BYTE(Byte.BYTES);

    private final int sizeBytes;

    ElementType(int sizeBytes) {
        this.sizeBytes = sizeBytes;
    }

    /** Size of one element in bytes. */
    public int sizeBytes() {
        return sizeBytes;
    }
}
