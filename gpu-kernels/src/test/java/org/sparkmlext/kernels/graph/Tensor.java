package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import org.sparkmlext.kernels.Buffer;

/**
 * A value of the reference in plain order.
 *
 * @param numbers elements of NUMBER, FLOAT and BYTE; empty elsewhere
 * @param integers elements of INT, LONG and OPAQUE; empty elsewhere
 */
public record Tensor(TensorType type, double[] numbers, long[] integers) {

    static Tensor of(TensorType type, double[] numbers) {
        if (numbers.length != type.shape().elements()) {
            throw new IllegalArgumentException(numbers.length + " numbers for " + type);
        }
        return new Tensor(type, numbers, new long[0]);
    }

    static Tensor of(TensorType type, float[] floats) {
        return of(type, doubles(floats));
    }

    static Tensor of(TensorType type, long[] integers) {
        if (integers.length != type.shape().elements()) {
            throw new IllegalArgumentException(integers.length + " integers for " + type);
        }
        return new Tensor(type, new double[0], integers);
    }

    static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        Arrays.setAll(doubles, i -> floats[i]);
        return doubles;
    }

    static float[] floats(double[] doubles) {
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    Shape shape() {
        return type.shape();
    }

    /** Place of an element of a value with four axes. */
    static int at(Shape shape, int n, int c, int h, int w) {
        return ((n * shape.size(1) + c) * shape.size(2) + h) * shape.size(3) + w;
    }

    /** Writes all elements into a buffer of the kind {@link Program#input} hands out. */
    void copyTo(Buffer buffer) {
        int length = shape().elements();
        switch (buffer.type()) {
            case FLOAT -> buffer.copyIn(0, floats(numbers), 0, length);
            case LONG -> buffer.copyIn(0, integers, 0, length);
            case INT ->
                buffer.copyIn(0, Arrays.stream(integers).mapToInt(i -> (int) i).toArray(), 0, length);
            case BYTE -> {
                byte[] bytes = new byte[length];
                for (int i = 0; i < length; i++) {
                    bytes[i] = (byte) (int) numbers[i];
                }
                buffer.copyIn(0, bytes, 0, length);
            }
        }
    }

    /** Reads all elements of a buffer. */
    static Tensor from(TensorType type, Buffer buffer) {
        int length = type.shape().elements();
        switch (buffer.type()) {
            case FLOAT -> {
                float[] floats = new float[length];
                buffer.copyOut(0, floats, 0, length);
                return of(type, floats);
            }
            case LONG -> {
                long[] longs = new long[length];
                buffer.copyOut(0, longs, 0, length);
                return of(type, longs);
            }
            case INT -> {
                int[] ints = new int[length];
                buffer.copyOut(0, ints, 0, length);
                return of(type, Arrays.stream(ints).asLongStream().toArray());
            }
            case BYTE -> {
                byte[] bytes = new byte[length];
                buffer.copyOut(0, bytes, 0, length);
                double[] numbers = new double[length];
                Arrays.setAll(numbers, i -> Byte.toUnsignedInt(bytes[i]));
                return of(type, numbers);
            }
        }
        throw new AssertionError(buffer.type());
    }
}
