package org.sparkmlext.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A named array of a {@link Safetensors} file: little-endian bytes with a type and a shape.
 *
 * @param type element type
 * @param shape length of each dimension, row-major
 * @param bytes {@code type.sizeBytes() x product(shape)} bytes; not copied
 */
public record Tensor(Type type, long[] shape, byte[] bytes) {

    /** Element types, named as the format names them. */
    public enum Type {
        U8(1),
        I32(4),
        I64(8),
        F32(4);

        private final int sizeBytes;

        Type(int sizeBytes) {
            this.sizeBytes = sizeBytes;
        }

        public int sizeBytes() {
            return sizeBytes;
        }
    }

    public static Tensor of(byte... values) {
        return new Tensor(Type.U8, new long[] {values.length}, values);
    }

    public static Tensor of(int... values) {
        ByteBuffer out = little(values.length * Integer.BYTES);
        out.asIntBuffer().put(values);
        return new Tensor(Type.I32, new long[] {values.length}, out.array());
    }

    public static Tensor of(float... values) {
        ByteBuffer out = little(values.length * Float.BYTES);
        out.asFloatBuffer().put(values);
        return new Tensor(Type.F32, new long[] {values.length}, out.array());
    }

    /** Elements in all. */
    public int length() {
        return bytes.length / type.sizeBytes();
    }

    /** The elements of a U8 tensor. */
    public byte[] toBytes() {
        require(Type.U8);
        return bytes.clone();
    }

    /** The elements of an I32 tensor. */
    public int[] toInts() {
        require(Type.I32);
        int[] values = new int[length()];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
        return values;
    }

    /** The elements of an F32 tensor. */
    public float[] toFloats() {
        require(Type.F32);
        float[] values = new float[length()];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private void require(Type wanted) {
        if (type != wanted) {
            throw new IllegalStateException("the tensor is of type " + type + ", not " + wanted);
        }
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
