package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.graph.Recurrents.Layer;

/**
 * Compiles all steps of a recurrent layer as one launch, forward and backward: {@code persistent.cu}, {@code persistent_gru.cu},
 * {@code persistent_bfloat16.cu}.
 */
record Persistents(Compilation c) {

    /** How a layer is computed so; null where it cannot be. */
    @Nullable
    PersistentLaunch launch(Layer layer) {
        return PersistentLaunch.of(layer.cell(), layer.units(), layer.rows(), c.isBfloat16(), c.facts());
    }

    /** @param arguments of the kernel, between its weights and its sizes */
    void add(Layer layer, PersistentLaunch launch, boolean isBackward, Slot recurrent, @Nullable Object... arguments) {
        @Nullable
        Object[] all = Stream.of(
                        Stream.of(packed(layer, launch, recurrent, isBackward)),
                        Arrays.stream(arguments),
                        Stream.of(launch.slice(), layer.rows(), layer.steps(), layer.units()))
                .flatMap(part -> part)
                .toArray();
        c.launches()
                .add(
                        launch.file(),
                        launch.kernel(isBackward),
                        launch.sharedBytes(isBackward),
                        Grid.of(launch.blocks(), launch.threads()),
                        all);
    }

    /** The weights in the order in which threads read them: four float32, or eight bfloat16, at a time. */
    private Slot packed(Layer layer, PersistentLaunch launch, Slot recurrent, boolean isBackward) {
        int weights = launch.packedWeights();
        if (launch.isBfloat16()) {
            Slot packed = c.scratch((long) weights * Short.BYTES);
            c.launches()
                    .each(
                            launch.file(),
                            "pack_tiles",
                            weights / 8,
                            isBackward ? 1 : 0,
                            recurrent,
                            packed,
                            launch.padded(),
                            layer.units());
            return packed;
        }
        Slot packed = c.scratch((long) weights * Float.BYTES);
        c.launches()
                .each(
                        "persistent",
                        "pack_recurrent",
                        weights / 4,
                        isBackward ? 1 : 0,
                        recurrent,
                        packed,
                        layer.cell().gates(),
                        launch.padded(),
                        layer.units());
        return packed;
    }
}
