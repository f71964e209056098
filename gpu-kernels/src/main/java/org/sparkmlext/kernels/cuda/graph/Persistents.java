package org.sparkmlext.kernels.cuda.graph;

import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.graph.Recurrents.Layer;

/** Compiles all steps of a recurrent layer as one launch, forward and backward: {@code persistent.cu}, {@code persistent_gru.cu}. */
record Persistents(Compilation c) {

    /** How a layer is computed so; null where it cannot be. */
    @Nullable
    PersistentLaunch launch(Layer layer) {
        return PersistentLaunch.of(layer.cell(), layer.units(), layer.rows(), c.facts());
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

    /** The weights in the order in which threads read them, four at a time. */
    private Slot packed(Layer layer, PersistentLaunch launch, Slot recurrent, boolean isBackward) {
        Slot packed = c.scratch((long) launch.packedWeights() * Float.BYTES);
        c.launches()
                .each(
                        "persistent",
                        "pack_recurrent",
                        launch.packedWeights() / 4,
                        isBackward ? 1 : 0,
                        recurrent,
                        packed,
                        layer.cell().gates(),
                        launch.padded(),
                        layer.units());
        return packed;
    }
}
