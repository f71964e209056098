package org.sparkmlext.jobs.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;
import org.sparkmlext.net.NetworkGraphs;

/** One rank's training of a network on a batch of random rows that stays in memory: the engine alone. Used by one thread. */
final class BareTraining implements AutoCloseable {
    private static final float LEARNING_RATE = 1e-3f;
    private static final UpdateRule ADAM = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);

    private final Collective collective;
    private final Backend backend;
    private final ModelLayout layout;
    private final ModelMemory memory;
    private final Program program;
    private final Optimizer optimizer;
    private final float[] additive;
    private long step;

    /**
     * @param rows of this rank's part of the batch
     * @param backend is closed with this
     */
    BareTraining(NetworkGraphs graphs, int rows, Backend backend, Precision precision, Collective collective) {
        this.collective = collective;
        this.backend = backend;
        Graph graph = graphs.trainingGraph(rows, BenchNetworks.loss(graphs.architecture()));
        layout = graph.layout();
        memory = backend.graphs().allocate(layout, true);
        float[] parameters = graphs.initialParameters(1);
        memory.parameters().copyIn(0, parameters, 0, parameters.length);
        float[] state = graphs.initialState();
        memory.state().copyIn(0, state, 0, state.length);
        program = backend.graphs().compile(graph, precision, memory);
        optimizer = backend.graphs().optimizer(UpdateSettings.of(ADAM), memory);
        additive = new float[collective.size() == 1 ? 0 : layout.additiveLength()];
        fill(graph, rows);
        program.loadParameters();
    }

    private void fill(Graph graph, int rows) {
        Random random = new Random(2 + collective.rank());
        graph.inputs().forEach((name, type) -> {
            Buffer buffer = program.input(name);
            switch (name) {
                case NetworkGraphs.INPUT, NetworkGraphs.TARGETS -> fillWithData(buffer, random);
                case NetworkGraphs.WEIGHTS -> {
                    float[] weights = new float[rows];
                    Arrays.fill(weights, 1);
                    buffer.copyIn(0, weights, 0, rows);
                }
                case NetworkGraphs.ROWS -> {
                    long[] numbers = new long[rows];
                    Arrays.setAll(numbers, row -> (long) collective.rank() * rows + row);
                    buffer.copyIn(0, numbers, 0, rows);
                }
                default -> throw new IllegalStateException("the network has an input '" + name + "'");
            }
        });
    }

    /** Bytes of images, classes, numbers of sequences and targets. */
    private static void fillWithData(Buffer buffer, Random random) {
        int length = buffer.length();
        switch (buffer.type()) {
            case BYTE -> {
                byte[] pixels = new byte[length];
                random.nextBytes(pixels);
                buffer.copyIn(0, pixels, 0, length);
            }
            case INT ->
                buffer.copyIn(0, random.ints(length, 0, BenchNetworks.CLASSES).toArray(), 0, length);
            default -> {
                float[] numbers = new float[length];
                for (int i = 0; i < length; i++) {
                    numbers[i] = (float) random.nextGaussian();
                }
                buffer.copyIn(0, numbers, 0, length);
            }
        }
    }

    /** Forward, backward, the sum over ranks, the update, parameters loaded. Collective. */
    void step() {
        program.run(new RunKey(1, step));
        if (collective.size() > 1) {
            memory.additive().copyOut(0, additive, 0, additive.length);
            collective.sum(additive, 0, additive.length);
            memory.additive().copyIn(0, additive, 0, additive.length);
        }
        optimizer.update(step, LEARNING_RATE);
        program.loadParameters();
        step++;
    }

    /**
     * Mean time of each step of the program over some runs, the longest first, and its share of them all.
     *
     * @param runs at least 1
     */
    String profile(int runs) {
        List<StepTime> times = program.profile(new RunKey(1, step), runs).stream()
                .sorted(Comparator.comparingDouble(StepTime::millis).reversed())
                .toList();
        double all = times.stream().mapToDouble(StepTime::millis).sum();
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%d steps of the program, together %.4f ms%n", times.size(), all));
        for (StepTime time : times) {
            text.append(String.format(
                    Locale.ROOT,
                    "%10.4f ms %5.1f %%  %s: %s %s%n",
                    time.millis(),
                    100 * time.millis() / all,
                    time.layer(),
                    time.what(),
                    time.detail()));
        }
        return text.toString();
    }

    /** Mean loss of the last step's batch. */
    double loss() {
        float[] value = new float[2];
        memory.additive().copyOut(layout.sumAt(ModelLayout.LOSS), value, 0, 1);
        memory.additive().copyOut(layout.sumAt(ModelLayout.WEIGHT), value, 1, 1);
        return value[0] / value[1];
    }

    @Override
    public void close() {
        optimizer.close();
        program.close();
        memory.close();
        backend.close();
    }
}
