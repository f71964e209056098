package org.sparkmlext.kernels.cuda.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory of a device that is kept when it is freed, by size, and given out again: the driver waits for the device at every allocation,
 * and all launches and copies into the device are done in one order, so whoever gets a block next comes after whoever had it before.
 */
final class MemoryPool {

    private static final long LEAST_GRANULE = 512;
    /** The driver's own for what is large. */
    private static final long MOST_GRANULE = 2L << 20;
    /** A size is rounded up by less than an eighth. */
    private static final int GRANULES = 8;

    private final OpenDevice driver;
    private final Map<Long, Deque<DeviceMemory>> idle = new HashMap<>();
    /** What is given out, with the bytes that the driver gave. A caller that failed may have lost it. */
    private final Map<DeviceMemory, Long> lent = new IdentityHashMap<>();

    private long idleBytes;

    MemoryPool(OpenDevice driver) {
        this.driver = driver;
        driver.reclaimWith(this::trim);
    }

    /** Bytes of the block that so many bytes get. */
    static long blockBytes(long bytes) {
        long granule = Math.max(LEAST_GRANULE, Math.min(MOST_GRANULE, Long.highestOneBit(bytes) / GRANULES));
        return (bytes + granule - 1) / granule * granule;
    }

    /**
     * Memory of undefined content.
     *
     * @param bytes at least 1
     * @return null where neither pool nor device have so much
     */
    @Nullable
    DeviceMemory lend(long bytes) {
        long size = blockBytes(bytes);
        DeviceMemory kept = idle.getOrDefault(size, new ArrayDeque<>()).poll();
        if (kept != null) {
            idleBytes -= size;
        } else {
            kept = driver.allocate(size);
            if (kept == null) {
                return null;
            }
        }
        DeviceMemory given = kept.renewed(bytes);
        lent.put(given, size);
        return given;
    }

    /** Takes back what was lent; does nothing where closing has freed it. */
    void takeBack(DeviceMemory memory) {
        Long size = lent.get(memory);
        if (size != null) {
            DeviceMemory kept = memory.renewed(size);
            lent.remove(memory);
            idle.computeIfAbsent(size, s -> new ArrayDeque<>()).push(kept);
            idleBytes += size;
        }
    }

    /** Bytes that are kept and not in use. */
    long idleBytes() {
        return idleBytes;
    }

    /** Gives the driver what is not in use. */
    private void trim() {
        if (idleBytes == 0) {
            return;
        }
        // Launches may still use it.
        driver.finish();
        idle.values().forEach(blocks -> blocks.forEach(DeviceMemory::free));
        idle.clear();
        idleBytes = 0;
    }

    /** Frees everything, also what is lent. */
    void close() {
        lent.keySet().forEach(DeviceMemory::free);
        lent.clear();
        idle.values().forEach(blocks -> blocks.forEach(DeviceMemory::free));
        idle.clear();
        idleBytes = 0;
    }
}
