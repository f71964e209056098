package org.sparkmlext.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bytes one rank needs, by purpose, in the order they were added.
 *
 * @param bytesByPurpose purpose such as {@code binned rows} to bytes
 */
public record MemoryPlan(Map<String, Long> bytesByPurpose) {

    public MemoryPlan {
        bytesByPurpose = new LinkedHashMap<>(bytesByPurpose);
    }

    public long totalBytes() {
        return bytesByPurpose.values().stream().mapToLong(Long::longValue).sum();
    }
}
