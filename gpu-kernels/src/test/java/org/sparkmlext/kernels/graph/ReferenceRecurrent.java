package org.sparkmlext.kernels.graph;

import org.sparkmlext.kernels.graph.Recurrent.Cell;

/** {@link Recurrent} and its gradient, row by row and step by step, without the steps behind a row's end. */
final class ReferenceRecurrent {

    private final Cell cell;
    private final Tensor x;
    private final double[] weights;
    private final double[] recurrent;
    private final double[] bias;
    private final long[] lengths;
    private final int steps;
    private final int features;
    private final int units;
    private final double[] h;
    /** Of the LSTM. */
    private final double[] c;
    /** After their functions, N x T x gates x H. */
    private final double[] gates;
    /** {@code Rn h + bm} of the GRU. */
    private final double[] products;

    /** Computes the forward pass. @param in inputs of {@link Recurrent} from {@code from} on */
    ReferenceRecurrent(Cell cell, Tensor[] in, int from) {
        this.cell = cell;
        x = in[from];
        weights = in[from + 1].numbers();
        recurrent = in[from + 2].numbers();
        bias = in[from + 3].numbers();
        steps = x.shape().size(1);
        features = x.shape().size(2);
        units = in[from + 2].shape().size(1);
        int rows = x.shape().size(0);
        lengths = ReferenceSequences.lengths(in, from + 4, rows, steps);
        h = new double[rows * steps * units];
        c = new double[h.length];
        products = new double[h.length];
        gates = new double[h.length * cell.gates()];
        for (int n = 0; n < rows; n++) {
            for (int t = 0; t < lengths[n]; t++) {
                for (int j = 0; j < units; j++) {
                    step(n, t, j);
                }
            }
        }
    }

    double[] h() {
        return h;
    }

    private int at(int n, int t, int j) {
        return (n * steps + t) * units + j;
    }

    private double before(double[] values, int n, int t, int j) {
        return t == 0 ? 0 : values[at(n, t - 1, j)];
    }

    private double ofInput(int n, int t, int gate, int j) {
        double sum = bias[gate * units + j];
        for (int k = 0; k < features; k++) {
            sum += weights[(gate * units + j) * features + k] * x.numbers()[(n * steps + t) * features + k];
        }
        return sum;
    }

    private double ofState(int n, int t, int gate, int j) {
        double sum = 0;
        for (int k = 0; k < units; k++) {
            sum += recurrent[(gate * units + j) * units + k] * before(h, n, t, k);
        }
        return sum;
    }

    private double gate(int n, int t, int gate, int j) {
        return gates[at(n, t, 0) * cell.gates() + gate * units + j];
    }

    private double set(int n, int t, int gate, int j, double value) {
        gates[at(n, t, 0) * cell.gates() + gate * units + j] = value;
        return value;
    }

    private void step(int n, int t, int j) {
        int at = at(n, t, j);
        if (cell == Cell.RNN) {
            h[at] = Math.tanh(ofInput(n, t, 0, j) + ofState(n, t, 0, j));
            return;
        }
        double first = set(n, t, 0, j, sigmoid(ofInput(n, t, 0, j) + ofState(n, t, 0, j)));
        double second = set(n, t, 1, j, sigmoid(ofInput(n, t, 1, j) + ofState(n, t, 1, j)));
        if (cell == Cell.LSTM) {
            double g = set(n, t, 2, j, Math.tanh(ofInput(n, t, 2, j) + ofState(n, t, 2, j)));
            double o = set(n, t, 3, j, sigmoid(ofInput(n, t, 3, j) + ofState(n, t, 3, j)));
            c[at] = second * before(c, n, t, j) + first * g;
            h[at] = o * Math.tanh(c[at]);
        } else {
            products[at] = ofState(n, t, 2, j) + bias[3 * units + j];
            double candidate = set(n, t, 2, j, Math.tanh(ofInput(n, t, 2, j) + second * products[at]));
            h[at] = (1 - first) * candidate + first * before(h, n, t, j);
        }
    }

    private static double sigmoid(double v) {
        return 1 / (1 + Math.exp(-v));
    }

    /** {@code {dx, dweights, drecurrent, dbias}}. */
    double[][] gradient(double[] dy) {
        double[] dx = new double[x.numbers().length];
        double[] dweights = new double[weights.length];
        double[] drecurrent = new double[recurrent.length];
        double[] dbias = new double[bias.length];
        for (int n = 0; n < lengths.length; n++) {
            double[] dh = new double[units];
            double[] dc = new double[units];
            for (int t = (int) lengths[n] - 1; t >= 0; t--) {
                // By what comes from the input, and by what comes from the state.
                double[] ofInput = new double[cell.gates() * units];
                double[] ofState = new double[cell.gates() * units];
                for (int j = 0; j < units; j++) {
                    dh[j] += dy[at(n, t, j)];
                    if (cell == Cell.RNN) {
                        double state = h[at(n, t, j)];
                        ofInput[j] = dh[j] * (1 - state * state);
                        ofState[j] = ofInput[j];
                        dh[j] = 0;
                    } else if (cell == Cell.LSTM) {
                        dh[j] = lstm(n, t, j, dh[j], dc, ofInput, ofState);
                    } else {
                        dh[j] = gru(n, t, j, dh[j], ofInput, ofState);
                        dbias[3 * units + j] += ofState[2 * units + j];
                    }
                }
                for (int i = 0; i < ofInput.length; i++) {
                    dbias[i] += ofInput[i];
                    for (int k = 0; k < features; k++) {
                        int from = (n * steps + t) * features + k;
                        dweights[i * features + k] += ofInput[i] * x.numbers()[from];
                        dx[from] += ofInput[i] * weights[i * features + k];
                    }
                    for (int k = 0; k < units; k++) {
                        drecurrent[i * units + k] += ofState[i] * before(h, n, t, k);
                        dh[k] += ofState[i] * recurrent[i * units + k];
                    }
                }
            }
        }
        return new double[][] {dx, dweights, drecurrent, dbias};
    }

    /** Returns what of dh goes to the step before without passing the weights. */
    private double lstm(int n, int t, int j, double dh, double[] dc, double[] ofInput, double[] ofState) {
        double i = gate(n, t, 0, j);
        double f = gate(n, t, 1, j);
        double g = gate(n, t, 2, j);
        double o = gate(n, t, 3, j);
        double squashed = Math.tanh(c[at(n, t, j)]);
        double d = dc[j] + dh * o * (1 - squashed * squashed);
        double[] all = {
            d * g * i * (1 - i), d * before(c, n, t, j) * f * (1 - f), d * i * (1 - g * g), dh * squashed * o * (1 - o)
        };
        for (int gate = 0; gate < all.length; gate++) {
            ofInput[gate * units + j] = all[gate];
            ofState[gate * units + j] = all[gate];
        }
        dc[j] = d * f;
        return 0;
    }

    private double gru(int n, int t, int j, double dh, double[] ofInput, double[] ofState) {
        double z = gate(n, t, 0, j);
        double r = gate(n, t, 1, j);
        double candidate = gate(n, t, 2, j);
        double d = dh * (1 - z) * (1 - candidate * candidate);
        ofInput[j] = dh * (before(h, n, t, j) - candidate) * z * (1 - z);
        ofInput[units + j] = d * products[at(n, t, j)] * r * (1 - r);
        ofInput[2 * units + j] = d;
        ofState[j] = ofInput[j];
        ofState[units + j] = ofInput[units + j];
        ofState[2 * units + j] = d * r;
        return dh * z;
    }
}
