package org.sparkmlext.kernels.cuda.graph;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;

/** Compiles batch normalisation of rows in bfloat16 with what runs in one launch with it ({@link NormChains}): {@code row_norms.cu}. */
final class RowNorms {

    private static final String FILE = "row_norms";
    private static final int THREADS = 256;

    private final Compilation c;
    /** What the dropout of a normalisation has kept, by the normalisation's id. */
    private final Map<Integer, Slot> kept = new HashMap<>();

    RowNorms(Compilation c) {
        this.c = c;
    }

    /** A block for each group of features. */
    private static Grid grid(PixelShape rows) {
        return Grid.of(rows.groups(), THREADS);
    }

    /** Makes the statistics, and the result of the whole chain. */
    void normalize(BatchNorm op, NormChains.Chain chain) {
        Node norm = chain.norm();
        PixelShape shape = c.pixelShape(norm.input(0));
        Node dropout = chain.dropout();
        @Nullable Slot mask = null;
        if (dropout != null) {
            mask = c.makeOpaque(dropout.output(1), shape.allGroups());
            kept.put(norm.id(), mask);
        }
        Value result = chain.last().output(0);
        c.launches()
                .add(
                        FILE,
                        "normalize_rows",
                        grid(shape),
                        c.readPixels(norm.input(0)),
                        c.read(norm.input(1)),
                        c.read(norm.input(2)),
                        op.epsilon(),
                        c.make(norm.output(1)),
                        c.make(norm.output(2)),
                        c.sumOverRows(norm.output(1)),
                        c.sumOverRows(norm.output(2)),
                        c.makePixels(result),
                        chain.hasRelu() ? 1 : 0,
                        dropout == null ? null : c.read(dropout.input(1)),
                        c.key(),
                        chain.drop().stream(),
                        CounterRandom.threshold(chain.drop().rate()),
                        chain.dropFactor(),
                        mask,
                        shape.channels(),
                        shape.pixels());
        if (!chain.last().equals(norm)) {
            c.makeAhead(result);
        }
    }

    /**
     * From the gradient of the chain's result to those of the normalisation's inputs.
     *
     * @param from the gradient of the chain's result
     */
    void gradient(Node node, BatchNorm.Gradient op, NormChains.Chain chain, Value from) {
        PixelShape shape = c.pixelShape(node.input(0));
        c.launches()
                .add(
                        FILE,
                        "normalize_rows_gradient",
                        grid(shape),
                        c.readPixels(node.input(0)),
                        c.readPixels(from),
                        kept.get(chain.norm().id()),
                        chain.dropFactor(),
                        c.read(node.input(2)),
                        c.read(chain.norm().input(2)),
                        c.read(node.input(3)),
                        c.read(node.input(4)),
                        op.epsilon(),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        c.makePixels(node.output(0)),
                        chain.hasRelu() ? 1 : 0,
                        shape.channels(),
                        shape.pixels());
    }
}
