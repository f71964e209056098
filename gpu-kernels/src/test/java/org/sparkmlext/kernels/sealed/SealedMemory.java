package org.sparkmlext.kernels.sealed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.sparkmlext.kernels.tree.RowSampling;

/** Longs outside the heap, each xored with a pad that depends on the memory's key and the long's place. */
final class SealedMemory {

    private final SealedBackend owner;
    private final String what;
    private final long key;
    private final int length;
    private ByteBuffer bytes;
    private boolean isClosed;

    SealedMemory(SealedBackend owner, String what, long length) {
        this.owner = owner;
        this.what = what;
        if (length < 0 || length > Integer.MAX_VALUE / Long.BYTES) {
            throw new IllegalArgumentException(
                    what + " of " + length + " longs; a sealed memory has 0 to " + Integer.MAX_VALUE / Long.BYTES);
        }
        this.length = (int) length;
        key = owner.opened();
        bytes = ByteBuffer.allocateDirect(this.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < this.length; i++) {
            set(i, 0);
        }
    }

    SealedBackend owner() {
        return owner;
    }

    int length() {
        return length;
    }

    long get(int index) {
        requireOpen();
        return bytes.getLong(index * Long.BYTES) ^ pad(index);
    }

    /** What stands in memory. */
    long raw(int index) {
        return bytes.getLong(index * Long.BYTES);
    }

    void set(int index, long value) {
        requireOpen();
        bytes.putLong(index * Long.BYTES, value ^ pad(index));
    }

    private long pad(int index) {
        return RowSampling.mix(key + index);
    }

    void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("sealed " + what + " is closed");
        }
    }

    void close() {
        if (!isClosed) {
            isClosed = true;
            bytes = ByteBuffer.allocate(0);
            owner.closed();
        }
    }

    @Override
    public String toString() {
        return "sealed " + what + " of " + length;
    }
}
