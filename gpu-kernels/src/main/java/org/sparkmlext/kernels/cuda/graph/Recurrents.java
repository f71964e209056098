package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.graph.Products.Matrix;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Recurrent;
import org.sparkmlext.kernels.graph.Recurrent.Cell;
import org.sparkmlext.kernels.graph.Shape;

/**
 * Compiles recurrent layers: the products with the inputs of all steps at once, then all steps in one launch where that can be, else
 * step by step a product with h of the step before and a launch of {@code recurrent.cu}; backward likewise, and at last the gradients
 * of the weights from all steps at once.
 */
record Recurrents(Compilation c, Products products, Sequences sequences, Norms norms) {

    private static final String FILE = "recurrent";

    /** Sizes of a layer. */
    record Layer(Cell cell, Shape x, Shape h) {

        int rows() {
            return x.size(0);
        }

        int steps() {
            return x.size(1);
        }

        int features() {
            return x.size(2);
        }

        int units() {
            return h.size(2);
        }

        /** Numbers of a step's gates. */
        int width() {
            return cell.gates() * units();
        }

        /** Rows and steps as one axis. */
        int all() {
            return Math.multiplyExact(rows(), steps());
        }

        int perRow() {
            return Math.multiplyExact(rows(), units());
        }

        long gateBytes() {
            return (long) all() * width() * Float.BYTES;
        }

        long stepBytes() {
            return (long) h.elements() * Float.BYTES;
        }

        /** The fourth block of a GRU's bias, which belongs to its product. */
        Slot ofProduct(Slot bias) {
            return bias.from((long) width() * Float.BYTES);
        }

        /** A step of all rows of N x T x width, as a matrix. */
        Matrix step(Slot slot, int t, int width) {
            return new Matrix(slot.from((long) t * width * Float.BYTES), (long) steps() * width, 1, 0);
        }
    }

    void forward(Node node, Recurrent op) {
        Layer layer = new Layer(op.cell(), c.shape(node.input(0)), c.shape(node.output(0)));
        Slot recurrent = c.read(node.input(2));
        Slot bias = c.read(node.input(3));
        @Nullable Slot lengths = sequences.lengths(node, 4, layer.steps());
        Slot h = c.make(node.output(0));
        // The gates, then c of an LSTM or m of a GRU.
        Slot kept = c.makeOpaque(node.output(1), layer.gateBytes() + layer.stepBytes());
        Slot rest = kept.from(layer.gateBytes());
        // A GRU's first three blocks of biases are those of its gates.
        products.multiply(
                Matrix.of(c.read(node.input(0)), layer.features()),
                Matrix.of(c.read(node.input(1)), layer.features()).transposed(),
                bias,
                Matrix.of(kept, layer.width()),
                layer.all(),
                layer.width(),
                layer.features());
        Persistents persistents = new Persistents(c);
        PersistentLaunch launch = persistents.launch(layer);
        if (launch == null) {
            forward(layer, kept, recurrent, bias, rest, h, lengths);
        } else if (layer.cell() == Cell.GRU) {
            persistents.add(layer, launch, false, recurrent, kept, layer.ofProduct(bias), rest, h, lengths);
        } else {
            persistents.add(layer, launch, false, recurrent, kept, rest, h, lengths);
        }
    }

    /** Step by step; {@code kept} holds the products with the inputs. */
    private void forward(Layer layer, Slot kept, Slot recurrent, Slot bias, Slot rest, Slot h, @Nullable Slot lengths) {
        Slot ofBefore = c.scratch((long) layer.rows() * layer.width() * Float.BYTES);
        for (int t = 0; t < layer.steps(); t++) {
            boolean isGru = layer.cell() == Cell.GRU;
            if (t > 0) {
                products.multiply(
                        layer.step(h, t - 1, layer.units()),
                        Matrix.of(recurrent, layer.units()).transposed(),
                        null,
                        isGru ? Matrix.of(ofBefore, layer.width()) : layer.step(kept, t, layer.width()),
                        layer.rows(),
                        layer.width(),
                        layer.units(),
                        1,
                        1,
                        !isGru);
            }
            switch (layer.cell()) {
                case LSTM -> each(layer, t, "lstm_step", kept, rest, h, lengths);
                case GRU ->
                    each(layer, t, "gru_step", kept, t == 0 ? null : ofBefore, layer.ofProduct(bias), rest, h, lengths);
                case RNN -> each(layer, t, "rnn_step", kept, h, lengths);
            }
        }
    }

    /** A launch of a thread a unit of a row; step, steps and units are its last arguments. */
    private void each(Layer layer, int t, String kernel, @Nullable Object... arguments) {
        @Nullable Object[] all = new Object[arguments.length + 3];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = t;
        all[arguments.length + 1] = layer.steps();
        all[arguments.length + 2] = layer.units();
        c.launches().each(FILE, kernel, layer.perRow(), all);
    }

    void gradient(Node node, Recurrent.Gradient op) {
        Layer layer = new Layer(op.cell(), c.shape(node.input(3)), c.shape(node.input(1)));
        @Nullable Slot lengths = sequences.lengths(node, 7, layer.steps());
        boolean isGru = op.cell() == Cell.GRU;
        Slot dgates = c.scratch(layer.gateBytes());
        Slot dproducts = isGru ? c.scratch(layer.gateBytes()) : dgates;
        backward(node, layer, lengths, dgates, dproducts);
        Slot x = c.read(node.input(3));
        Slot dx = c.make(node.output(0));
        products.multiply(
                Matrix.of(dgates, layer.width()),
                Matrix.of(c.read(node.input(4)), layer.features()),
                null,
                Matrix.of(dx, layer.features()),
                layer.all(),
                layer.features(),
                layer.width());
        if (lengths != null) {
            // Steps behind a row's end have gradients of 0, but a NaN there would still come through a product.
            Slot masked = c.scratch((long) layer.x().elements() * Float.BYTES);
            sequences.mask(x, lengths, masked, layer.x());
            x = masked;
        }
        Slot dw = c.make(node.output(1));
        products.sumOfProducts(dgates, x, dw, layer.width(), layer.features(), layer.all());
        Slot before = c.scratch(layer.stepBytes());
        sequences.delay(c.read(node.input(1)), before, layer.h());
        Slot dr = c.make(node.output(2));
        products.sumOfProducts(dproducts, before, dr, layer.width(), layer.units(), layer.all());
        bias(layer, dgates, dproducts, c.make(node.output(3)));
    }

    private void backward(Node node, Layer layer, @Nullable Slot lengths, Slot dgates, Slot dproducts) {
        Slot dh = c.read(node.input(0));
        Slot h = c.read(node.input(1));
        Slot kept = c.read(node.input(2));
        Slot rest = kept.from(layer.gateBytes());
        Slot recurrent = c.read(node.input(5));
        Persistents persistents = new Persistents(c);
        PersistentLaunch launch = persistents.launch(layer);
        if (launch == null) {
            backward(layer, dh, h, kept, recurrent, lengths, dgates, dproducts);
        } else if (layer.cell() == Cell.GRU) {
            persistents.add(layer, launch, true, recurrent, dh, kept, rest, h, lengths, dgates, dproducts);
        } else {
            persistents.add(layer, launch, true, recurrent, dh, kept, rest, lengths, dgates);
        }
    }

    private void backward(
            Layer layer,
            Slot dh,
            Slot h,
            Slot kept,
            Slot recurrent,
            @Nullable Slot lengths,
            Slot dgates,
            Slot dproducts) {
        Slot rest = kept.from(layer.gateBytes());
        Slot carry = zeros(layer);
        Slot dc = layer.cell() == Cell.LSTM ? zeros(layer) : carry;
        for (int t = layer.steps() - 1; t >= 0; t--) {
            switch (layer.cell()) {
                case LSTM -> each(layer, t, "lstm_step_gradient", dh, kept, rest, lengths, dgates, carry, dc);
                case GRU -> each(layer, t, "gru_step_gradient", dh, kept, rest, h, lengths, dgates, dproducts, carry);
                case RNN -> each(layer, t, "rnn_step_gradient", dh, h, lengths, dgates, carry);
            }
            if (t > 0) {
                products.multiply(
                        layer.step(dproducts, t, layer.width()),
                        Matrix.of(recurrent, layer.units()),
                        null,
                        Matrix.of(carry, layer.units()),
                        layer.rows(),
                        layer.units(),
                        layer.width(),
                        1,
                        1,
                        true);
            }
        }
    }

    /** N x H. */
    private Slot zeros(Layer layer) {
        Slot slot = c.scratch((long) layer.perRow() * Float.BYTES);
        c.launches().each("elements", "fill", layer.perRow(), slot, 0f);
        return slot;
    }

    /** Sums over all steps; the fourth block of a GRU's bias belongs to its product. */
    private void bias(Layer layer, Slot dgates, Slot dproducts, Slot db) {
        norms.sumChannels(dgates, db, layer.all(), layer.width(), 1);
        if (layer.cell() == Cell.GRU) {
            Slot sums = c.scratch((long) layer.width() * Float.BYTES);
            norms.sumChannels(dproducts, sums, layer.all(), layer.width(), 1);
            long last = 2L * layer.units() * Float.BYTES;
            c.copy(sums.from(last), layer.ofProduct(db), layer.units());
        }
    }
}
