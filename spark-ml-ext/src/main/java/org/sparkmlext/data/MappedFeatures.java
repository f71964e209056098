package org.sparkmlext.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Features column by column, every value written out, in memory that is not the heap's: a mapped file. What is asked for is
 * copied into new arrays; slices lie on the heap.
 *
 * <p>A file is mapped in one process: these features cannot be serialized.
 */
public final class MappedFeatures implements TabularFeatures {
    private static final long serialVersionUID = 1L;

    private final int numFeatures;
    private final int numRows;
    /** Feature {@code f} of row {@code r} at {@code f * numRows + r}. */
    private final MappedFloats values;

    /**
     * Takes memory as {@link #write} fills it.
     *
     * @param values all values, 4 bytes each
     * @param unmap frees the memory; called once, by {@link #drop}
     */
    public MappedFeatures(int numFeatures, int numRows, ByteBuffer values, Runnable unmap) {
        this.numFeatures = numFeatures;
        this.numRows = numRows;
        this.values = new MappedFloats(values, unmap);
    }

    /** Takes pieces of memory in order. */
    @FunctionalInterface
    public interface Sink<E extends Exception> {
        /** Takes all of the buffer's bytes, which follow those of the call before; the buffer is used again. */
        void accept(ByteBuffer bytes) throws E;
    }

    /** Hands over the values of a block's first {@code numRows} rows, column after column. */
    public static <E extends Exception> void write(TabularFeatures features, int numRows, Sink<E> sink) throws E {
        ByteBuffer bytes = ByteBuffer.allocate(numRows * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int f = 0; f < features.numFeatures(); f++) {
            bytes.clear();
            bytes.asFloatBuffer().put(features.column(f), 0, numRows);
            sink.accept(bytes);
        }
    }

    @Override
    public int numFeatures() {
        return numFeatures;
    }

    @Override
    public long numStored() {
        return (long) numFeatures * numRows;
    }

    @Override
    public DenseFeatures slice(int from, int to) {
        float[][] slices = new float[numFeatures][];
        Arrays.setAll(slices, f -> copy(f, from, to));
        return new DenseFeatures(slices);
    }

    /** One feature of all rows, in a new array. */
    @Override
    public float[] column(int feature) {
        return copy(feature, 0, numRows);
    }

    @Override
    public void copyRows(int from, int to, float[] rows) {
        for (int f = 0; f < numFeatures; f++) {
            float[] column = copy(f, from, to);
            for (int r = 0, at = f; r < column.length; r++, at += numFeatures) {
                rows[at] = column[r];
            }
        }
    }

    @Override
    public long contentHash() {
        long hash = 1;
        for (int f = 0; f < numFeatures; f++) {
            hash = 31 * hash + Arrays.hashCode(column(f));
        }
        return hash;
    }

    private float[] copy(int feature, int from, int to) {
        float[] copy = new float[to - from];
        values.copy(feature * numRows + from, 1, 1, copy.length, copy, 0);
        return copy;
    }

    @Override
    public void drop() {
        values.drop();
    }

    @Override
    public String toString() {
        return "MappedFeatures[" + numRows + " rows x " + numFeatures + " features]";
    }
}
