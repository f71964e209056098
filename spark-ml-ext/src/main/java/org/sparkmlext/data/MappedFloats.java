package org.sparkmlext.data;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** Floats of a mapped file, in the machine's byte order. A file is mapped in one process: these cannot be serialized. */
final class MappedFloats implements FloatStore {
    private static final long serialVersionUID = 1L;

    // Memory that is read after it was unmapped ends the JVM, so the last reader must have left. A reader copies
    // kilobytes
    // each time: against that, taking the lock is nothing.
    private final transient ReadWriteLock lock = new ReentrantReadWriteLock();
    private final transient Runnable unmap;
    /** Null once dropped. */
    private transient @Nullable FloatBuffer values;

    /**
     * @param values 4 bytes a float
     * @param unmap frees the memory; called once, by {@link #drop}
     */
    MappedFloats(ByteBuffer values, Runnable unmap) {
        this.unmap = unmap;
        this.values = values.duplicate().order(ByteOrder.nativeOrder()).rewind().asFloatBuffer();
    }

    @Override
    public void copy(int from, int every, int width, int times, float[] to, int at) {
        lock.readLock().lock();
        try {
            FloatBuffer held = values;
            if (held == null) {
                throw new IllegalStateException("values of a mapped file were dropped");
            }
            if (every == width) {
                held.get(from, to, at, width * times);
                return;
            }
            for (int i = 0; i < times; i++) {
                held.get(from + i * every, to, at + i * width, width);
            }
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
        throw new NotSerializableException("values lie in a mapped file of this process");
    }
}
