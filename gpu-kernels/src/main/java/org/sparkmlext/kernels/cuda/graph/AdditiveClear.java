package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;

/**
 * Fills, in one launch before all others, what no launch of a training step computes in the additive array: zeros of what is not trained and
 * of biases before a batch normalisation, the number of rows.
 */
record AdditiveClear(Compilation c) {

    private static final String FILE = "elements";
    private static final int THREADS = 256;
    /** Most blocks that share a part, and numbers of a thread in one of fewer. */
    private static final int MOST_BLOCKS = 1024;

    private static final int NUMBERS_OF_THREAD = 4;

    /** Adds the launch; and one for each part whose states are to stay what they are. */
    void compile() {
        ModelLayout layout = c.memory().layout();
        List<AdditiveParts.Part> zeros = new ArrayList<>(c.additive().gaps(layout.additiveLength()));
        for (Node node : c.graph().nodes()) {
            AdditiveParts.Place bias = zeroBias(node);
            if (bias != null) {
                zeros.add(new AdditiveParts.Part(-1, bias.from(), bias.from() + bias.length()));
                c.clear(node.output(1));
            }
        }
        float rows = c.graph().rows();
        fill(zeros, layout, rows);
        // States that no statistic follows stand for themselves.
        for (AdditiveParts.Part gap : c.additive().gapsWithin(layout.statisticsFrom(), layout.rowsAt())) {
            int length = gap.to() - gap.from();
            Slot state = c.memory().state(gap.from() - layout.statisticsFrom(), length);
            c.launches().each(FILE, "scale", length, state, rows, c.memory().additive(gap.from(), length));
        }
    }

    /** Where the gradient of a layer's bias lies if it is known to be 0; null if it is not. */
    private AdditiveParts.@Nullable Place zeroBias(Node node) {
        Op op = node.op();
        boolean hasBias = op instanceof Conv2d.WeightGradient conv && conv.hasBias()
                || op instanceof Dense.WeightGradient dense && dense.hasBias();
        if (!hasBias || c.readers().isUnused(node) || !BiasGradients.isZero(c.graph(), node.input(1))) {
            return null;
        }
        Value bias = node.output(1);
        return c.additive().onlyPlace(bias, c.readers());
    }

    private void fill(List<AdditiveParts.Part> zeros, ModelLayout layout, float rows) {
        List<Integer> runs = new ArrayList<>();
        int longest = 1;
        for (AdditiveParts.Part zero : zeros) {
            // The number of rows lies in such a part.
            add(runs, zero.from(), Math.min(zero.to(), layout.rowsAt()), 0);
            add(runs, Math.max(zero.from(), layout.rowsAt() + 1), zero.to(), 0);
            longest = Math.max(longest, zero.to() - zero.from());
        }
        add(runs, layout.rowsAt(), layout.rowsAt() + 1, rows);
        int blocks = Math.min(
                MOST_BLOCKS,
                Grid.covering(longest, THREADS * NUMBERS_OF_THREAD, THREADS).x());
        c.launches()
                .add(
                        FILE,
                        "fill_runs",
                        new Grid(blocks, runs.size() / 3, 1, THREADS),
                        c.memory().additive(0, layout.additiveLength()),
                        c.constant(runs.stream().mapToInt(Integer::intValue).toArray()));
    }

    private static void add(List<Integer> runs, int from, int to, float value) {
        if (to > from) {
            runs.addAll(List.of(from, to - from, Float.floatToRawIntBits(value)));
        }
    }
}
