package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Source;
import org.sparkmlext.kernels.graph.Value;

/**
 * Weights in bfloat16 as products by tensor cores read them, made of the parameters in one launch at the start of every run:
 * {@code weights.cu}.
 */
final class PackedWeights {

    private static final String FILE = "weights";
    private static final int THREADS = 256;
    private static final long BYTES_OF_GROUP = (long) PixelShape.CHANNELS_OF_GROUP * Short.BYTES;
    /** Most blocks that share one of them. */
    private static final int MOST_BLOCKS = 256;

    /**
     * A form of some weights.
     *
     * @param isTurned for gradients of images or rows
     * @param taps of a convolution's window; of a dense layer that reads images as they lie, their pixels
     * @param isRows whether a dense layer reads it, or a library under a window: all channels of a tap before the next tap
     */
    record Form(Value weights, boolean isTurned, int taps, boolean isRows) {}

    private final Compilation c;
    private final Map<Form, Slot> made = new LinkedHashMap<>();

    PackedWeights(Compilation c) {
        this.c = c;
    }

    private static int padded(int channels) {
        return new PixelShape(1, channels, 1, 1).padded();
    }

    /** Adds the launch that makes these forms of parameters. */
    void compile(Iterable<Form> forms) {
        List<Integer> table = new ArrayList<>();
        long groups = 0;
        int longest = 0;
        Map<Form, long[]> parts = new LinkedHashMap<>();
        for (Form form : forms) {
            FlatLayout.Entry entry = entry(form.weights());
            if (entry == null || parts.containsKey(form)) {
                continue;
            }
            Shape shape = entry.shape();
            int outputs = shape.size(0);
            int channels = shape.elements() / outputs / form.taps();
            int numbers = Math.multiplyExact(form.taps(), Math.multiplyExact(padded(outputs), padded(channels)));
            int count = numbers / PixelShape.CHANNELS_OF_GROUP;
            parts.put(form, new long[] {groups * BYTES_OF_GROUP, count * BYTES_OF_GROUP});
            table.addAll(List.of(
                    entry.offset(),
                    Math.toIntExact(groups),
                    count,
                    outputs,
                    channels,
                    form.taps(),
                    form.isTurned() ? 1 : 0,
                    form.isRows() ? 1 : 0));
            groups += count;
            longest = Math.max(longest, count);
        }
        if (parts.isEmpty()) {
            return;
        }
        Slot all = c.scratch(groups * BYTES_OF_GROUP);
        parts.forEach((form, part) -> made.put(form, all.part(part[0], part[1])));
        int blocks =
                Math.min(MOST_BLOCKS, Grid.covering(longest, THREADS, THREADS).x());
        c.launches().begin("weights", "to bfloat16");
        c.launches()
                .add(
                        FILE,
                        "pack_all_weights",
                        new Grid(blocks, parts.size(), 1, THREADS),
                        c.memory().allParameters(),
                        c.constant(table.stream().mapToInt(Integer::intValue).toArray()),
                        all);
    }

    private FlatLayout.@Nullable Entry entry(Value weights) {
        return c.graph().node(weights).op() instanceof Source source && source.kind() == Source.Kind.PARAMETER
                ? c.memory().layout().parameters().entry(source.name())
                : null;
    }

    /** Where a form lies. */
    Slot of(Form form) {
        Slot slot = made.get(form);
        if (slot == null) {
            throw new IllegalStateException(form + " is read but not made");
        }
        return slot;
    }

    /** Whether weights are among those that can be made so. */
    boolean isPossible(Value weights) {
        return entry(weights) != null;
    }
}
