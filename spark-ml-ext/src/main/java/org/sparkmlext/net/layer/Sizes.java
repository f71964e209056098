package org.sparkmlext.net.layer;

/** Checks of hyperparameters. */
final class Sizes {

    private Sizes() {}

    static void requirePositive(int size, String name) {
        if (size < 1) {
            throw new IllegalArgumentException(name + " is " + size + "; it must be at least 1");
        }
    }
}
