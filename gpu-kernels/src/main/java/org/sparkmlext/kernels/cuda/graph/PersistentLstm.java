package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.graph.Recurrents.Layer;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

/** Compiles all steps of an LSTM as one launch, forward and backward: {@code persistent.cu}. */
record PersistentLstm(Compilation c) {

    private static final String FILE = "persistent";

    /** Whether a layer can be computed so. */
    static boolean takes(Layer layer) {
        return layer.cell() == Cell.LSTM && layer.units() <= PersistentLaunch.MOST_UNITS;
    }

    /** @param gates holds the products with the inputs */
    void forward(Layer layer, Slot gates, Slot recurrent, Slot cells, Slot h, @Nullable Slot lengths) {
        PersistentLaunch launch = launch(layer);
        Slot packed = packed(layer, launch, recurrent, false);
        add(layer, launch, "lstm", false, gates, packed, cells, h, lengths);
    }

    /** @param dgates is made: gradients of the sums that gates are functions of */
    void backward(Layer layer, Slot dh, Slot gates, Slot recurrent, Slot cells, @Nullable Slot lengths, Slot dgates) {
        PersistentLaunch launch = launch(layer);
        Slot packed = packed(layer, launch, recurrent, true);
        add(layer, launch, "lstm_gradient", true, dh, gates, packed, cells, lengths, dgates);
    }

    private PersistentLaunch launch(Layer layer) {
        return PersistentLaunch.of(layer.units(), layer.rows(), c.facts());
    }

    /** The weights in the order in which threads read them. */
    private Slot packed(Layer layer, PersistentLaunch launch, Slot recurrent, boolean isBackward) {
        Slot packed = c.scratch((long) launch.packedWeights() * Float.BYTES);
        c.launches()
                .each(
                        FILE,
                        "pack_recurrent",
                        launch.padded() * launch.padded(),
                        isBackward ? 1 : 0,
                        recurrent,
                        packed,
                        launch.padded(),
                        layer.units());
        return packed;
    }

    private void add(
            Layer layer, PersistentLaunch launch, String kernel, boolean isBackward, @Nullable Object... arguments) {
        @Nullable Object[] all = new Object[arguments.length + 4];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = launch.slice();
        all[arguments.length + 1] = layer.rows();
        all[arguments.length + 2] = layer.steps();
        all[arguments.length + 3] = layer.units();
        c.launches()
                .add(
                        FILE,
                        kernel + launch.suffix(),
                        launch.sharedBytes(isBackward),
                        Grid.of(launch.blocks(), launch.threads()),
                        all);
    }
}
