package org.sparkmlext.runtime;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.Worker;

/** Drops the features of its shard and waits for the collector; the result is how many columns, up to 127, it left. */
record FeatureDropper() implements TrainingAlgorithm<String> {

    private static final long MOST_NANOS = 60_000_000_000L;

    @Override
    public String settings() {
        return "";
    }

    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        return new MemoryPlan(Map.of());
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        List<WeakReference<float[]>> columns = new ArrayList<>();
        Stream.concat(shard.training().stream(), shard.validation().stream()).forEach(block -> drop(block, columns));
        if (columns.isEmpty()) {
            throw new IllegalStateException("the shard is empty");
        }
        long end = System.nanoTime() + MOST_NANOS;
        while (held(columns) > 0 && System.nanoTime() < end) {
            worker.checkCancelled();
            System.gc();
        }
        long[] held = {held(columns)};
        worker.collective().sum(held, 0, 1);
        return new byte[] {(byte) Math.min(held[0], Byte.MAX_VALUE)};
    }

    private static void drop(TableBlock block, List<WeakReference<float[]>> columns) {
        for (int f = 0; f < block.features().numFeatures(); f++) {
            columns.add(new WeakReference<>(block.table().column(f)));
        }
        block.dropFeatures();
    }

    private static long held(List<WeakReference<float[]>> columns) {
        return columns.stream().filter(column -> column.get() != null).count();
    }
}
