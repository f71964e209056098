package org.sparkmlext.kernels.graph.plan;

/** What needs a place in a program's memory while some of its steps run. */
public interface Planned {

    long bytes();

    /** The first step that touches it, counted from 0. */
    int firstStep();

    /** The last one. */
    int lastStep();

    /** Whether it keeps its place, and what lies there, from run to run. */
    boolean isPermanent();

    /** Gives it its place, in bytes from the beginning. */
    void place(long offset);

    /** The place it was given. */
    long offset();
}
