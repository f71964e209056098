package org.sparkmlext.runtime;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where ranks hold dense features. Sparse ones lie on the heap whatever is asked for. */
public enum ShardStorage {
    /** On the heap if they fit there, else in mapped files. */
    AUTO,
    /** On the heap; a run that does not fit is refused. */
    MEMORY,
    /** In mapped files. */
    DISK;

    /** @param name as users write it: {@code auto}, {@code memory} or {@code disk} */
    public static ShardStorage of(String name) {
        return Arrays.stream(values())
                .filter(storage -> storage.userName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("shardStorage is '" + name + "'; allowed: "
                        + Arrays.stream(values()).map(ShardStorage::userName).collect(Collectors.joining(", "))));
    }

    String userName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
