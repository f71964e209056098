package org.sparkmlext.collective;

import java.nio.ByteBuffer;

/**
 * The part of an array that one operation works on. Positions count elements from the start of that part. Bytes on the
 * wire are little endian.
 */
abstract class Operand {
    private final String elementName;
    private final byte elementCode;
    private final int elementBytes;
    private final int length;

    Operand(String elementName, int elementCode, int elementBytes, int length) {
        this.elementName = elementName;
        this.elementCode = (byte) elementCode;
        this.elementBytes = elementBytes;
        this.length = length;
    }

    final String elementName() {
        return elementName;
    }

    final byte elementCode() {
        return elementCode;
    }

    final int elementBytes() {
        return elementBytes;
    }

    final int length() {
        return length;
    }

    /** Whose name an element code on the wire is; for messages. */
    static String nameOf(byte elementCode) {
        return switch (elementCode) {
            case LongOperand.CODE -> "int64";
            case FloatOperand.CODE -> "float32";
            case ByteOperand.CODE -> "byte";
            default -> "unknown type " + elementCode;
        };
    }

    /** Appends elements to {@code out}. */
    abstract void encode(int from, int count, ByteBuffer out);

    /** Takes elements from {@code in} in place of the present ones. */
    abstract void store(ByteBuffer in, int to, int count);

    /** Combines elements from {@code in} with the present ones: present + arrived, the larger, or the bits of both. */
    abstract void fold(ByteBuffer in, int to, int count);

    /** {@link #store} from another operand of the same kind. */
    abstract void storeFrom(Operand source, int from, int to, int count);

    /** {@link #fold} from another operand of the same kind. */
    abstract void foldFrom(Operand source, int from, int to, int count);

    /** A fresh operand of the same kind. */
    abstract Operand scratch(int elements);
}
