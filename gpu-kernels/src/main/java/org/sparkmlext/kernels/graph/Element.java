package org.sparkmlext.kernels.graph;

/** What a value of a graph is made of. */
public enum Element {
    /** A number in the precision of the program, or a better one where the back end likes that more. */
    NUMBER,
    /** A 32-bit float in every program: parameters, their gradients, statistics, losses. */
    FLOAT,
    /** A 32-bit integer: class indices. */
    INT,
    /** A 64-bit integer: numbers of rows. */
    LONG,
    /** An unsigned byte: pixels. */
    BYTE,
    /** In the back end's own encoding; only the gradient of the op that made it reads it. */
    OPAQUE
}
