package org.sparkmlext.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bytes one rank needs, by purpose, in the order they were added.
 *
 * @param bytesByPurpose bytes of the heap: purpose such as {@code binned rows} to bytes
 * @param fileBytesByPurpose bytes in mapped files, where the rank uses them
 */
public record MemoryPlan(Map<String, Long> bytesByPurpose, Map<String, Long> fileBytesByPurpose) {

    public MemoryPlan {
        bytesByPurpose = new LinkedHashMap<>(bytesByPurpose);
        fileBytesByPurpose = new LinkedHashMap<>(fileBytesByPurpose);
    }

    /** Everything on the heap. */
    public MemoryPlan(Map<String, Long> bytesByPurpose) {
        this(bytesByPurpose, Map.of());
    }

    /** Bytes of the heap. */
    public long totalBytes() {
        return sum(bytesByPurpose);
    }

    /** Bytes in mapped files. */
    public long totalFileBytes() {
        return sum(fileBytesByPurpose);
    }

    private static long sum(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
