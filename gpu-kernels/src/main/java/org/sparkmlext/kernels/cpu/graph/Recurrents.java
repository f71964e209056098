package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.global.dnnl.rnn_direction;
import org.bytedeco.dnnl.lbr_gru_backward;
import org.bytedeco.dnnl.lbr_gru_forward;
import org.bytedeco.dnnl.lstm_backward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.rnn_primitive_desc_base;
import org.bytedeco.dnnl.vanilla_rnn_backward;
import org.bytedeco.dnnl.vanilla_rnn_forward;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Embedding;
import org.sparkmlext.kernels.graph.MaskSteps;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Recurrent;
import org.sparkmlext.kernels.graph.Recurrent.Cell;
import org.sparkmlext.kernels.graph.ReverseSteps;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.WindowNorm;

/**
 * Compiles recurrent layers; values lie step by step, as the library wants them.
 *
 * <p>The library knows no lengths: all steps are computed, and what lies behind the end of a row is set to 0 in the input, the output
 * and the gradient of the output. As a step reads only those before it, and a gradient of 0 stays 0 on its way back through the padding,
 * that is the same as to leave these steps out.
 */
final class Recurrents {

    private static final int LENGTHS = 4;
    private static final int FORWARD_INPUTS = 3;
    private static final rnn_direction DIRECTION = rnn_direction.unidirectional_left2right;
    private static final memory.data_type F32 = Layouts.F32;

    private final Compilation c;
    private final Sequences sequences;
    /** Forward passes by what they keep for their gradient. */
    private final Map<Value, Forward> forwards = new HashMap<>();

    private record Forward(rnn_primitive_desc_base description, Tensor x, Tensor workspace) {}

    private record Sizes(Cell cell, int rows, int steps, int features, int units) {

        static Sizes of(Cell cell, Shape x, Shape recurrent) {
            return new Sizes(cell, x.size(0), x.size(1), x.size(2), recurrent.size(1));
        }

        memory.desc x(memory.data_type type) {
            return Layouts.plain(type, steps, rows, features);
        }

        memory.desc h(memory.data_type type) {
            return Layouts.plain(type, steps, rows, units);
        }

        memory.desc anyWeights(memory.data_type type, int inputs) {
            return Layouts.any(type, 1, 1, inputs, cell.gates(), units);
        }

        /** Blocks of rows as the library sees them: layers, directions, inputs, gates, units. */
        memory.desc plainWeights(int inputs) {
            long all = (long) inputs * cell.gates() * units;
            return new memory.desc(new long[] {1, 1, inputs, cell.gates(), units}, F32, new long[] {
                all, all, 1, (long) units * inputs, inputs
            });
        }

        /** Of h or c before the first step. */
        memory.desc state(memory.data_type type) {
            return Layouts.plain(type, 1, 1, rows, units);
        }

        memory.desc bias() {
            return Layouts.plain(F32, 1, 1, cell.biases(), units);
        }
    }

    Recurrents(Compilation c, Sequences sequences) {
        this.c = c;
        this.sequences = sequences;
    }

    private rnn_primitive_desc_base describe(Sizes s) {
        prop_kind kind = c.graph().isTraining() ? prop_kind.forward_training : prop_kind.forward_inference;
        memory.desc none = new memory.desc();
        memory.desc before = s.state(c.number());
        memory.desc cBefore = s.state(F32);
        memory.desc x = s.x(c.number());
        memory.desc h = s.h(c.number());
        memory.desc weights = s.anyWeights(c.number(), s.features());
        memory.desc recurrent = s.anyWeights(c.number(), s.units());
        return switch (s.cell()) {
            case LSTM ->
                new lstm_forward.primitive_desc(
                        c.engine(),
                        kind,
                        DIRECTION,
                        x,
                        before,
                        cBefore,
                        weights,
                        recurrent,
                        s.bias(),
                        h,
                        none,
                        none,
                        StepList.attributes(),
                        false);
            case GRU ->
                new lbr_gru_forward.primitive_desc(
                        c.engine(),
                        kind,
                        DIRECTION,
                        x,
                        before,
                        weights,
                        recurrent,
                        s.bias(),
                        h,
                        none,
                        StepList.attributes(),
                        false);
            case RNN ->
                new vanilla_rnn_forward.primitive_desc(
                        c.engine(),
                        kind,
                        algorithm.eltwise_tanh,
                        DIRECTION,
                        x,
                        before,
                        weights,
                        recurrent,
                        s.bias(),
                        h,
                        none,
                        StepList.attributes(),
                        false);
        };
    }

    private rnn_primitive_desc_base describeGradient(Sizes s, rnn_primitive_desc_base forward) {
        memory.desc none = new memory.desc();
        memory.desc before = s.state(c.number());
        memory.desc cBefore = s.state(F32);
        memory.desc dBefore = s.state(F32);
        memory.desc x = s.x(c.number());
        memory.desc h = s.h(c.number());
        memory.desc weights = s.anyWeights(c.number(), s.features());
        memory.desc recurrent = s.anyWeights(c.number(), s.units());
        // Gradients are float32 in every precision.
        memory.desc dx = s.x(F32);
        memory.desc dh = s.h(F32);
        memory.desc dWeights = s.anyWeights(F32, s.features());
        memory.desc dRecurrent = s.anyWeights(F32, s.units());
        return switch (s.cell()) {
            case LSTM ->
                new lstm_backward.primitive_desc(
                        c.engine(),
                        prop_kind.backward,
                        DIRECTION,
                        x,
                        before,
                        cBefore,
                        weights,
                        recurrent,
                        s.bias(),
                        h,
                        none,
                        none,
                        dx,
                        dBefore,
                        dBefore,
                        dWeights,
                        dRecurrent,
                        s.bias(),
                        dh,
                        none,
                        none,
                        (lstm_forward.primitive_desc) forward,
                        StepList.attributes(),
                        false);
            case GRU ->
                new lbr_gru_backward.primitive_desc(
                        c.engine(),
                        prop_kind.backward,
                        DIRECTION,
                        x,
                        before,
                        weights,
                        recurrent,
                        s.bias(),
                        h,
                        none,
                        dx,
                        dBefore,
                        dWeights,
                        dRecurrent,
                        s.bias(),
                        dh,
                        none,
                        (lbr_gru_forward.primitive_desc) forward,
                        StepList.attributes(),
                        false);
            case RNN ->
                new vanilla_rnn_backward.primitive_desc(
                        c.engine(),
                        prop_kind.backward,
                        algorithm.eltwise_tanh,
                        DIRECTION,
                        x,
                        before,
                        weights,
                        recurrent,
                        s.bias(),
                        h,
                        none,
                        dx,
                        dBefore,
                        dWeights,
                        dRecurrent,
                        s.bias(),
                        dh,
                        none,
                        (vanilla_rnn_forward.primitive_desc) forward,
                        StepList.attributes(),
                        false);
        };
    }

    private @Nullable Tensor lengths(Node node, int at) {
        return node.inputs().size() > at ? c.read(node.input(at)) : null;
    }

    /** A value step by step, 0 behind the end of each row. */
    private Tensor read(Node node, Value value, memory.data_type type, @Nullable Tensor lengths) {
        Tensor all = c.values().get(value, Layouts.stepsFirst(type, c.shape(value)));
        if (lengths == null) {
            return all;
        }
        Tensor valid = Tensor.of(all.desc());
        c.steps().reorder(all, valid);
        sequences.clearPadding(node, valid, lengths);
        return valid;
    }

    /** Whether a value is 0 behind the end of each row already, because what made it heeds the same lengths. */
    private boolean endsInZeros(Value value, Value lengths) {
        Node made = c.graph().node(value);
        if (made.op() instanceof Dropout) {
            return endsInZeros(made.input(0), lengths);
        }
        if (made.op() instanceof Concat concat && concat.axis() == 2) {
            return made.inputs().stream().allMatch(part -> endsInZeros(part, lengths));
        }
        boolean heeds = made.op() instanceof Recurrent
                || made.op() instanceof ReverseSteps
                || made.op() instanceof MaskSteps
                || made.op() instanceof Embedding
                || made.op() instanceof WindowNorm;
        return heeds && made.inputs().get(made.inputs().size() - 1).equals(lengths);
    }

    /**
     * Gives a primitive the state before the first step. The library would take none for zeros, but then its float32 LSTM reads something
     * else in the gradient of the recurrent weights.
     */
    private void readStart(PrimitiveStep step, Sizes s) {
        step.read(dnnl.DNNL_ARG_SRC_ITER, zeros(s, c.number()));
        if (s.cell() == Cell.LSTM) {
            step.read(dnnl.DNNL_ARG_SRC_ITER_C, zeros(s, F32));
        }
    }

    /** Written by nobody, in memory that starts as zeros. */
    private static Tensor zeros(Sizes s, memory.data_type type) {
        Tensor zeros = Tensor.of(s.state(type));
        zeros.storage().makePermanent();
        return zeros;
    }

    void forward(Node node, Recurrent op) {
        Sizes s = Sizes.of(op.cell(), c.shape(node.input(0)), c.shape(node.input(2)));
        rnn_primitive_desc_base description = describe(s);
        Tensor lengths = lengths(node, LENGTHS);
        boolean isClear = lengths != null && endsInZeros(node.input(0), node.input(LENGTHS));
        Tensor x = read(node, node.input(0), c.number(), isClear ? null : lengths);
        Tensor w = c.values().get(node.input(1), description.weights_layer_desc(), s.plainWeights(s.features()));
        Tensor r = c.values().get(node.input(2), description.weights_iter_desc(), s.plainWeights(s.units()));
        Tensor bias = c.readPlain(node.input(3)).as(s.bias());
        Tensor y = Tensor.of(Layouts.stepsFirst(c.number(), c.shape(node.output(0))));
        PrimitiveStep step = c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC_LAYER, x.as(s.x(c.number())))
                .read(dnnl.DNNL_ARG_WEIGHTS_LAYER, w)
                .read(dnnl.DNNL_ARG_WEIGHTS_ITER, r)
                .read(dnnl.DNNL_ARG_BIAS, bias)
                .write(dnnl.DNNL_ARG_DST_LAYER, y.as(s.h(c.number())));
        readStart(step, s);
        if (c.graph().isTraining()) {
            Tensor workspace = Tensor.of(description.workspace_desc());
            step.writeOpaque(dnnl.DNNL_ARG_WORKSPACE, workspace);
            forwards.put(node.output(1), new Forward(description, x, workspace));
        }
        if (lengths != null) {
            sequences.clearPadding(node, y, lengths);
        }
        c.values().define(node.output(0), y);
    }

    void gradient(Node node, Recurrent.Gradient op) {
        Forward forward = forwards.get(node.input(2));
        if (forward == null) {
            throw new IllegalArgumentException("the third input is not what a recurrent layer kept");
        }
        Value x = node.input(FORWARD_INPUTS);
        Value weights = node.input(FORWARD_INPUTS + 1);
        Value recurrent = node.input(FORWARD_INPUTS + 2);
        Sizes s = Sizes.of(op.cell(), c.shape(x), c.shape(recurrent));
        rnn_primitive_desc_base description = describeGradient(s, forward.description());
        Tensor dy = read(node, node.input(0), F32, lengths(node, FORWARD_INPUTS + LENGTHS));
        Tensor y = c.values().get(node.input(1), Layouts.stepsFirst(c.number(), c.shape(node.input(1))));
        Tensor w = c.values().get(weights, description.weights_layer_desc(), s.plainWeights(s.features()));
        Tensor r = c.values().get(recurrent, description.weights_iter_desc(), s.plainWeights(s.units()));
        Tensor bias = c.readPlain(node.input(FORWARD_INPUTS + 3)).as(s.bias());
        Tensor dx = Tensor.of(Layouts.stepsFirst(F32, c.shape(x)));
        PlainResult dw =
                PlainResult.of(c, node.output(1), description.diff_weights_layer_desc(), s.plainWeights(s.features()));
        PlainResult dr =
                PlainResult.of(c, node.output(2), description.diff_weights_iter_desc(), s.plainWeights(s.units()));
        Tensor db = c.makePlain(node.output(3));
        // The library adds to what is there.
        c.steps().clear(dw.made());
        c.steps().clear(dr.made());
        c.steps().clear(db);
        PrimitiveStep step = c.steps()
                .add(description)
                .read(dnnl.DNNL_ARG_SRC_LAYER, forward.x().as(s.x(c.number())))
                .read(dnnl.DNNL_ARG_WEIGHTS_LAYER, w)
                .read(dnnl.DNNL_ARG_WEIGHTS_ITER, r)
                .read(dnnl.DNNL_ARG_BIAS, bias)
                .read(dnnl.DNNL_ARG_DST_LAYER, y.as(s.h(c.number())))
                .read(dnnl.DNNL_ARG_WORKSPACE, forward.workspace())
                .read(dnnl.DNNL_ARG_DIFF_DST_LAYER, dy.as(s.h(F32)))
                .write(dnnl.DNNL_ARG_DIFF_SRC_LAYER, dx.as(s.x(F32)))
                .write(dnnl.DNNL_ARG_DIFF_WEIGHTS_LAYER, dw.made())
                .write(dnnl.DNNL_ARG_DIFF_WEIGHTS_ITER, dr.made())
                .write(dnnl.DNNL_ARG_DIFF_BIAS, db.as(s.bias()));
        readStart(step, s);
        step.writeOpaque(dnnl.DNNL_ARG_DIFF_SRC_ITER, Tensor.of(s.state(F32)));
        if (s.cell() == Cell.LSTM) {
            step.writeOpaque(dnnl.DNNL_ARG_DIFF_SRC_ITER_C, Tensor.of(s.state(F32)));
        }
        c.values().define(node.output(0), dx);
        dw.define();
        dr.define();
        c.values().define(node.output(3), db);
    }
}
