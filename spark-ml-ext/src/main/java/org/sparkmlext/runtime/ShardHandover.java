package org.sparkmlext.runtime;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.Shard;

/**
 * Hands a shard over once and forgets it, so that nothing but the algorithm holds its blocks: an algorithm that has turned
 * them into something smaller can let go of them.
 */
final class ShardHandover {

    private final AtomicReference<@Nullable Shard> held;

    ShardHandover(Shard shard) {
        held = new AtomicReference<>(shard);
    }

    Shard take() {
        Shard shard = held.getAndSet(null);
        if (shard == null) {
            throw new IllegalStateException("the shard was handed over before");
        }
        return shard;
    }
}
