package org.sparkmlext.data;

/** Floats of an array. */
final class HeapFloats implements FloatStore {
    private static final long serialVersionUID = 1L;

    private static final float[] DROPPED = {};

    private float[] values;

    /** Takes the array as it is. */
    HeapFloats(float[] values) {
        this.values = values;
    }

    /** The array itself. */
    float[] values() {
        return values;
    }

    @Override
    public void copy(int from, int every, int width, int times, float[] to, int at) {
        if (values == DROPPED) {
            throw new IllegalStateException("values were dropped");
        }
        if (every == width) {
            System.arraycopy(values, from, to, at, width * times);
            return;
        }
        for (int i = 0; i < times; i++) {
            System.arraycopy(values, from + i * every, to, at + i * width, width);
        }
    }

    @Override
    public void drop() {
        values = DROPPED;
    }
}
