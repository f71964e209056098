package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;
import org.sparkmlext.kernels.sealed.SealedBackend;
import org.sparkmlext.net.layer.EmbeddingLayer;

/** A network on the naive reference, or on another back end, with one batch of rows, random unless others are put in. */
final class ReferenceRun implements AutoCloseable {

    private final Backend backend;
    private final ModelMemory memory;
    private final Program training;
    private final Optimizer optimizer;
    private final int lossAt;
    private final int weightAt;
    private final FlatLayout layout;

    ReferenceRun(Architecture architecture, int rows, LossFunction loss, String freezeUntil) {
        this(new SealedBackend(), architecture, rows, loss, freezeUntil);
    }

    /** @param backend is closed with this */
    ReferenceRun(Backend backend, Architecture architecture, int rows, LossFunction loss, String freezeUntil) {
        this(backend, architecture, rows, loss, freezeUntil, Precision.FLOAT32);
    }

    /** @param backend is closed with this */
    ReferenceRun(
            Backend backend,
            Architecture architecture,
            int rows,
            LossFunction loss,
            String freezeUntil,
            Precision precision) {
        this.backend = backend;
        GraphKernels kernels = backend.graphs();
        NetworkGraphs graphs = new NetworkGraphs(architecture);
        Graph graph = graphs.trainingGraph(rows, loss, freezeUntil);
        layout = graph.layout().parameters();
        lossAt = graph.layout().sumAt("loss");
        weightAt = graph.layout().sumAt("weight");
        memory = kernels.allocate(graph.layout(), true);
        write(memory.parameters(), graphs.initialParameters(1));
        write(memory.state(), graphs.initialState());
        training = kernels.compile(graph, precision, memory);
        optimizer = kernels.optimizer(
                new UpdateSettings(
                        new UpdateRule.Sgd(0.9f, false, 0),
                        Float.POSITIVE_INFINITY,
                        1,
                        0.9f,
                        graphs.trainedFrom(freezeUntil)),
                memory);
        boolean isOfIds = architecture.steps().stream().anyMatch(step -> step.layer() instanceof EmbeddingLayer);
        fill(graph, architecture.numOutputs(), isOfIds);
    }

    /** @param isOfIds whether the rows are ids of a vocabulary of 5 at least */
    private void fill(Graph graph, int classes, boolean isOfIds) {
        Random random = new Random(11);
        for (Map.Entry<String, TensorType> input : graph.inputs().entrySet()) {
            Buffer buffer = training.input(input.getKey());
            int length = buffer.length();
            if (input.getValue().element() == Element.BYTE) {
                byte[] pixels = new byte[length];
                random.nextBytes(pixels);
                buffer.copyIn(0, pixels, 0, length);
            } else if (input.getKey().equals(NetworkGraphs.LENGTHS)) {
                int steps = Objects.requireNonNull(graph.inputs().get(NetworkGraphs.INPUT))
                        .shape()
                        .size(1);
                buffer.copyIn(0, random.ints(length, 1, steps + 1).toArray(), 0, length);
            } else if (input.getValue().element() == Element.INT) {
                buffer.copyIn(0, random.ints(length, 0, classes).toArray(), 0, length);
            } else if (input.getValue().element() == Element.LONG) {
                buffer.copyIn(0, random.longs(length, 0, 1000).toArray(), 0, length);
            } else {
                float[] numbers = new float[length];
                for (int i = 0; i < length; i++) {
                    numbers[i] = input.getKey().equals(NetworkGraphs.WEIGHTS)
                            ? 0.5f * (1 + i % 3)
                            : isOfIds && input.getKey().equals(NetworkGraphs.INPUT)
                                    ? random.nextInt(5)
                                    : (float) random.nextGaussian();
                }
                write(buffer, numbers);
            }
        }
    }

    /** An input, to put other rows in. */
    Buffer input(String name) {
        return training.input(name);
    }

    FlatLayout layout() {
        return layout;
    }

    float[] parameters() {
        return read(memory.parameters());
    }

    float[] state() {
        return read(memory.state());
    }

    /** Sum of the rows' losses with other parameters; the random numbers are always the same. */
    double loss(float[] parameters) {
        write(memory.parameters(), parameters);
        return run()[lossAt];
    }

    /** Gradient of the sum of the losses, first in what is returned. */
    float[] run() {
        training.loadParameters();
        training.run(new RunKey(5, 0));
        return read(memory.additive());
    }

    /** Makes an update; gives the mean loss before it. */
    double update(int step) {
        float[] sums = run();
        optimizer.update(step, 0.05f);
        return sums[lossAt] / sums[weightAt];
    }

    /**
     * Checks a part of the gradient: the loss must change along it, by central differences, as the gradient says, to 1 %. Steps are so
     * short that few elements pass a kink of ReLU or a maximum on the way.
     */
    void checkSlope(int from, int to, String name) {
        float[] w = parameters();
        float[] gradient = run();
        double gradients = norm(gradient, from, to);
        if (gradients == 0) {
            return;
        }
        double length = Math.min(1e-4 * loss(w) / gradients, 3e-4 * Math.max(1, norm(w, from, to)));
        float[] above = w.clone();
        float[] below = w.clone();
        double predicted = 0;
        for (int i = from; i < to; i++) {
            double step = length * gradient[i] / gradients;
            above[i] = (float) (w[i] + step);
            below[i] = (float) (w[i] - step);
            predicted += ((double) above[i] - below[i]) * gradient[i];
        }
        double measured = loss(above) - loss(below);
        write(memory.parameters(), w);
        // The losses are floats around 10, which differ by 1e-6.
        assertThat(measured).as(name).isCloseTo(predicted, within(0.01 * predicted + 2e-6));
    }

    private static double norm(float[] values, int from, int to) {
        double squares = 0;
        for (int i = from; i < to; i++) {
            squares += (double) values[i] * values[i];
        }
        return Math.sqrt(squares);
    }

    private static float[] read(Buffer buffer) {
        float[] values = new float[buffer.length()];
        buffer.copyOut(0, values, 0, values.length);
        return values;
    }

    private static void write(Buffer buffer, float[] values) {
        buffer.copyIn(0, values, 0, values.length);
    }

    @Override
    public void close() {
        training.close();
        optimizer.close();
        memory.close();
        backend.close();
    }
}
