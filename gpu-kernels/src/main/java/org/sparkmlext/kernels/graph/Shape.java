package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Sizes of a value, outermost first, in plain row-major order.
 *
 * @param sizes each at least 1
 */
public record Shape(List<Integer> sizes) {

    public Shape {
        sizes = List.copyOf(sizes);
        long elements = 1;
        for (int size : sizes) {
            if (size < 1) {
                throw new IllegalArgumentException("shape " + text(sizes) + " has a size below 1");
            }
            elements = Math.multiplyExact(elements, (long) size);
        }
        if (elements > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("shape " + text(sizes) + " has " + elements + " elements; at most "
                    + (Integer.MAX_VALUE - 8) + " fit. Take a smaller batch.");
        }
    }

    public static Shape of(int... sizes) {
        return new Shape(Arrays.stream(sizes).boxed().toList());
    }

    /** Number of axes. */
    public int rank() {
        return sizes.size();
    }

    /** Size of an axis, counted from 0. */
    public int size(int axis) {
        return sizes.get(axis);
    }

    /** Elements in all. */
    public int elements() {
        return sizes.stream().mapToInt(Integer::intValue).reduce(1, (a, b) -> a * b);
    }

    /** Elements of one row: all axes but the first. */
    public int elementsPerRow() {
        return elements() / size(0);
    }

    /** The same with another size of one axis. */
    public Shape with(int axis, int size) {
        int[] changed = toArray();
        changed[axis] = size;
        return of(changed);
    }

    public int[] toArray() {
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** For example {@code 128x64x32x32}. */
    @Override
    public String toString() {
        return text(sizes);
    }

    private static String text(List<Integer> sizes) {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
}
