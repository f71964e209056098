package org.sparkmlext.kernels;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One freshly opened back end for every test of a contract. */
public abstract class BackendContract {

    protected Backend backend;

    /** Opens the back end under test. */
    protected abstract Backend open();

    @BeforeEach
    void openBackend() {
        backend = open();
    }

    @AfterEach
    void closeBackend() {
        backend.close();
    }

    protected Buffer buffer(long... values) {
        Buffer buffer = backend.allocate(ElementType.LONG, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }

    protected Buffer buffer(float... values) {
        Buffer buffer = backend.allocate(ElementType.FLOAT, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }

    protected static long[] longs(Buffer buffer) {
        long[] values = new long[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }

    protected static float[] floats(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }
}
