package org.sparkmlext.kernels.graph;

/**
 * Lengths of the sequences of a batch, INT N: row n has steps 0 to {@code lengths[n]} - 1. A length may be 0; one below 0 or above the
 * number of steps is an {@link IllegalArgumentException} when a program runs, which names the layer and the row.
 */
final class Lengths {

    private Lengths() {}

    /** Checks that input {@code index} holds the lengths of the sequences of input 0. */
    static void check(Inputs inputs, int index) {
        inputs.element(index, Element.INT).shape(index, Shape.of(inputs.shape(0).size(0)));
    }
}
