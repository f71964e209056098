package org.sparkmlext.data;

import java.io.Serializable;

/**
 * Size of a sequence: so many steps of so many numbers each.
 *
 * @param length most steps, at least 1; a shorter sequence may be filled up behind its end
 * @param features numbers a step, at least 1
 */
public record SequenceShape(int length, int features) implements Serializable {

    public SequenceShape {
        if (length < 1 || features < 1 || length > Integer.MAX_VALUE / features) {
            throw new IllegalArgumentException("a sequence cannot be of size " + length + " x " + features
                    + " (steps x features); allowed: each at least 1, and at most 2^31 - 1 numbers in all");
        }
    }

    /** Such as {@code 96 x 7}: steps, features. */
    @Override
    public String toString() {
        return length + " x " + features;
    }
}
