package org.sparkmlext.data;

import java.io.Serializable;

/** Floats in a row, on the heap or in a mapped file. Read by any number of threads. */
sealed interface FloatStore extends Serializable permits HeapFloats, MappedFloats {

    /**
     * Copies {@code times} runs of {@code width} floats, whose first ones lie {@code every} floats apart from {@code from} on, one after the
     * other to {@code to[at ..]}.
     *
     * @throws IllegalStateException if the floats were dropped
     */
    void copy(int from, int every, int width, int times, float[] to, int at);

    /** Lets go of the floats. Any number of times. */
    void drop();
}
