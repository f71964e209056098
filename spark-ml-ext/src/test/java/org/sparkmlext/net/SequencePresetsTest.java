package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;

/** Every preset for sequences learns on the CPU, in both precisions, from rows of unequal lengths and of one length. */
class SequencePresetsTest {

    private static final int ROWS = 16;
    private static final int STEPS = 8;
    private static final int FEATURES = 3;
    private static final int UPDATES = 30;

    static Stream<Arguments> presets() {
        return Stream.concat(Presets.sequenceNames().stream(), Stream.of("window-norm+lstm"))
                .flatMap(name -> Arrays.stream(Precision.values())
                        .flatMap(precision ->
                                Stream.of(true, false).map(hasLengths -> Arguments.of(name, precision, hasLengths))));
    }

    /** The first feature one step on, a walk that has risen by 1. */
    @ParameterizedTest
    @MethodSource("presets")
    void learns(String name, Precision precision, boolean hasLengths) {
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(2)).backend()) {
            GraphKernels kernels = backend.graphs();
            if (!kernels.supports(precision).isAvailable()) {
                return;
            }
            Architecture network = Presets.named(name, new SequenceInput(STEPS, FEATURES, hasLengths))
                    .withForecast(1, List.of(0), 1);
            NetworkGraphs graphs = new NetworkGraphs(network);
            Graph graph = graphs.trainingGraph(ROWS, new LossFunction.SquaredError());
            UpdateSettings settings = UpdateSettings.of(new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false));
            try (ModelMemory memory = kernels.allocate(graph.layout(), true);
                    Program program = kernels.compile(graph, precision, memory);
                    Optimizer optimizer = kernels.optimizer(settings, memory)) {
                float[] parameters = graphs.initialParameters(1);
                memory.parameters().copyIn(0, parameters, 0, parameters.length);
                float[] state = graphs.initialState();
                memory.state().copyIn(0, state, 0, state.length);
                fill(program, hasLengths);
                double first = 0;
                double last = 0;
                for (int step = 0; step < UPDATES; step++) {
                    program.loadParameters();
                    program.run(new RunKey(1, step));
                    float[] loss = new float[1];
                    memory.additive().copyOut(graph.layout().sumAt(ModelLayout.LOSS), loss, 0, 1);
                    first = step == 0 ? loss[0] : first;
                    last = loss[0];
                    optimizer.update(step, 0.005f);
                }
                assertThat(last)
                        .as("after %d updates, before %s", UPDATES, first)
                        .isLessThan(0.7 * first);
            }
        }
    }

    private static void fill(Program program, boolean hasLengths) {
        Random random = new Random(7);
        int[] lengths = new int[ROWS];
        float[] rows = new float[ROWS * STEPS * FEATURES];
        float[] targets = new float[ROWS];
        long[] numbers = new long[ROWS];
        for (int row = 0; row < ROWS; row++) {
            lengths[row] = hasLengths ? 1 + random.nextInt(STEPS) : STEPS;
            numbers[row] = row;
            float walk = (float) random.nextGaussian();
            for (int step = 0; step < lengths[row]; step++) {
                int at = (row * STEPS + step) * FEATURES;
                walk += (float) (0.3 * random.nextGaussian());
                rows[at] = walk;
                for (int k = 1; k < FEATURES; k++) {
                    rows[at + k] = (float) random.nextGaussian();
                }
            }
            targets[row] = walk + 1;
        }
        program.input(NetworkGraphs.INPUT).copyIn(0, rows, 0, rows.length);
        if (hasLengths) {
            program.input(NetworkGraphs.LENGTHS).copyIn(0, lengths, 0, ROWS);
        }
        program.input(NetworkGraphs.TARGETS).copyIn(0, targets, 0, ROWS);
        float[] ones = new float[ROWS];
        Arrays.fill(ones, 1);
        program.input(NetworkGraphs.WEIGHTS).copyIn(0, ones, 0, ROWS);
        if (program.graph().inputs().containsKey(NetworkGraphs.ROWS)) {
            program.input(NetworkGraphs.ROWS).copyIn(0, numbers, 0, ROWS);
        }
    }
}
