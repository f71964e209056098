package org.sparkmlext.data;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Features column by column, every value written out, in memory that is not the heap's: a mapped file. What is asked for is
 * copied into new arrays; slices lie on the heap.
 *
 * <p>A file is mapped in one process: these features cannot be serialized.
 */
public final class MappedFeatures implements FeatureBlock {
    private static final long serialVersionUID = 1L;

    private final int numFeatures;
    private final int numRows;
    // Memory that is read after it was unmapped ends the JVM, so the last reader must have left. A reader copies a
    // column of up
    // to 256 KiB each time: against that, taking the lock is nothing.
    private final transient ReadWriteLock lock = new ReentrantReadWriteLock();
    private final transient Runnable unmap;
    /** Feature {@code f} of row {@code r} at {@code f * numRows + r}; null once dropped. */
    private transient @Nullable FloatBuffer values;

    /**
     * Takes memory as {@link #write} fills it.
     *
     * @param values all values, 4 bytes each
     * @param unmap frees the memory; called once, by {@link #drop}
     */
    public MappedFeatures(int numFeatures, int numRows, ByteBuffer values, Runnable unmap) {
        this.numFeatures = numFeatures;
        this.numRows = numRows;
        this.unmap = unmap;
        this.values = values.duplicate().order(ByteOrder.nativeOrder()).rewind().asFloatBuffer();
    }

    /** Takes pieces of memory in order. */
    @FunctionalInterface
    public interface Sink<E extends Exception> {
        /** Takes all of the buffer's bytes, which follow those of the call before; the buffer is used again. */
        void accept(ByteBuffer bytes) throws E;
    }

    /** Hands over the values of a block's first {@code numRows} rows, column after column. */
    public static <E extends Exception> void write(FeatureBlock features, int numRows, Sink<E> sink) throws E {
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
        return reading(() -> {
            float[][] slices = new float[numFeatures][];
            Arrays.setAll(slices, f -> copy(f, from, to));
            return new DenseFeatures(slices);
        });
    }

    /** One feature of all rows, in a new array. */
    @Override
    public float[] column(int feature) {
        return reading(() -> copy(feature, 0, numRows));
    }

    @Override
    public void copyRows(int from, int to, float[] rows) {
        for (int f = 0; f < numFeatures; f++) {
            int feature = f;
            float[] column = reading(() -> copy(feature, from, to));
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
        FloatBuffer held = values;
        if (held == null) {
            throw new IllegalStateException(this + " were dropped");
        }
        float[] copy = new float[to - from];
        held.get(feature * numRows + from, copy);
        return copy;
    }

    private <T> T reading(Supplier<T> reader) {
        lock.readLock().lock();
        try {
            return reader.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Unmaps the file and so gives its room on the disk back; waits for those who read. */
    @Override
    public void drop() {
        lock.writeLock().lock();
        try {
            if (values != null) {
                values = null;
                unmap.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(this + " lie in a mapped file of this process");
    }

    @Override
    public String toString() {
        return "MappedFeatures[" + numRows + " rows x " + numFeatures + " features]";
    }
}
