package org.sparkmlext.kernels.graph;

import java.util.List;
import java.util.Locale;

/**
 * A recurrent layer over a sequence, from a state of zeros.
 *
 * <p>Inputs: x N x T x K (rows, steps, features), weights {@code gates}*H x K, recurrent weights {@code gates}*H x H, bias
 * {@link Cell#biases}*H, and optionally lengths, INT N, of 0 to T. Outputs: h N x T x H, what the gradient reads (opaque). Weights and
 * bias are blocks of H rows, one a gate, in the order of the {@link Cell}.
 *
 * <p>With lengths, steps of a row from its length on have no part in it, whatever they hold: their h is 0, and no gradient passes
 * through them.
 */
public record Recurrent(Cell cell) implements Op {

    /** What happens in a step; h and c are those of the step before, {@code *} is element by element. */
    public enum Cell {
        /**
         * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). Gates in PyTorch's order
         * i, f, g, o, whose two biases are one here: {@code a = Wa x + Ra h + ba} for each gate, {@code c' = sigmoid(f) * c +
         * sigmoid(i) * tanh(g)}, {@code h' = sigmoid(o) * tanh(c')}.
         */
        LSTM(4, 4),
        /**
         * Gated recurrent unit (Cho et al. 2014) with the reset behind the product, as in PyTorch, cuDNN and Keras. Gates in Keras's
         * order z, r, n (PyTorch has r, z, n); the fourth block of the bias, m, belongs to the product: {@code z = sigmoid(Wz x + Rz h +
         * bz)}, {@code r = sigmoid(Wr x + Rr h + br)}, {@code n = tanh(Wn x + bn + r * (Rn h + bm))}, {@code h' = (1 - z) * n + z * h}.
         */
        GRU(3, 4),
        /** Elman's network (1990): {@code h' = tanh(W x + R h + b)}. */
        RNN(1, 1);

        private final int gates;
        private final int biases;

        Cell(int gates, int biases) {
            this.gates = gates;
            this.biases = biases;
        }

        /** Blocks of the weights. */
        public int gates() {
            return gates;
        }

        /** Blocks of the bias. */
        public int biases() {
            return biases;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int WITHOUT_LENGTHS = 4;

    @Override
    public String name() {
        return cell.text();
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(WITHOUT_LENGTHS, WITHOUT_LENGTHS + 1);
        check(inputs);
        if (types.size() > WITHOUT_LENGTHS) {
            Lengths.check(inputs, WITHOUT_LENGTHS);
        }
        Shape h = hidden(inputs);
        return List.of(TensorType.number(h), new TensorType(Element.OPAQUE, h));
    }

    /** Checks the first four inputs. */
    private void check(Inputs inputs) {
        inputs.rank(0, 3).rank(1, 2).rank(2, 2).numeric(0, 1, 2, 3);
        int units = inputs.shape(2).size(1);
        inputs.shape(2, Shape.of(cell.gates() * units, units))
                .shape(1, Shape.of(cell.gates() * units, inputs.shape(0).size(2)))
                .shape(3, Shape.of(cell.biases() * units));
    }

    private static Shape hidden(Inputs inputs) {
        return inputs.shape(0).with(2, inputs.shape(2).size(1));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Value[] read = new Value[node.inputs().size() + 3];
        read[0] = backward.gradient(node.output(0));
        read[1] = node.output(0);
        read[2] = node.output(1);
        for (int i = 0; i < node.inputs().size(); i++) {
            read[i + 3] = node.input(i);
        }
        Node made = backward.add(node, new Gradient(cell), read);
        for (int i = 0; i < WITHOUT_LENGTHS; i++) {
            backward.contribute(node.input(i), made.output(i));
        }
    }

    /**
     * Inputs: gradient of h, h, what the forward pass kept, then the inputs of the forward pass. Outputs: gradients of x, weights,
     * recurrent weights and bias.
     */
    public record Gradient(Cell cell) implements Op {

        private static final int BEFORE = 3;

        @Override
        public String name() {
            return cell.text() + ".gradient";
        }

        @Override
        public List<TensorType> types(List<TensorType> types) {
            new Inputs(this, types)
                    .count(BEFORE + WITHOUT_LENGTHS, BEFORE + WITHOUT_LENGTHS + 1)
                    .numeric(0, 1);
            List<TensorType> forward = types.subList(BEFORE, types.size());
            Shape h = new Recurrent(cell).types(forward).get(0).shape();
            new Inputs(this, types).shape(0, h).shape(1, h).element(2, Element.OPAQUE);
            return List.of(
                    TensorType.number(forward.get(0).shape()),
                    new TensorType(Element.FLOAT, forward.get(1).shape()),
                    new TensorType(Element.FLOAT, forward.get(2).shape()),
                    new TensorType(Element.FLOAT, forward.get(3).shape()));
        }
    }
}
