package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A small network against libtorch 2.10, whose float64 values are stored: gradients to 1e-4 of the largest of each parameter, ten losses
 * to 1e-4. The programs in {@code src/test/golden/libtorch} make the files.
 */
abstract class GoldenContract extends GraphContract {

    static final int ROWS = 8;

    final Map<String, float[]> parameters = new LinkedHashMap<>();

    final Value parameter(GraphBuilder graph, String name, int stream, double scale, double shift, int... sizes) {
        Shape shape = Shape.of(sizes);
        parameters.put(name, Tensor.floats(GoldenValues.numbers(stream, shape.elements(), scale, shift)));
        return graph.parameter(name, shape);
    }

    /** The network with its inputs; every row has weight 1. */
    abstract GraphCase network();

    /** Its resource below {@code /golden}. */
    abstract String file();

    /** Magnitude that counts as the largest of a parameter's gradient where all are smaller. */
    double least(String parameter) {
        return 0;
    }

    static Tensor ones() {
        double[] ones = new double[ROWS];
        Arrays.fill(ones, 1);
        return Tensor.of(TensorType.floats(ROWS), ones);
    }

    /** Ends in the sum of a loss over the rows. */
    final GraphCase training(GraphBuilder graph, Map<String, Tensor> inputs, Node loss) {
        graph.sum(ModelLayout.LOSS, loss.output(0));
        graph.sum(ModelLayout.WEIGHT, loss.output(1));
        Graph built = graph.buildTraining(name -> true, loss.output(0));
        return new GraphCase(
                "golden",
                built,
                inputs,
                CaseBuilder.flat(parameters),
                new float[0],
                new RunKey(0, 0),
                GraphCase.Bend.GENTLE);
    }

    @Test
    void gradientsAreThoseOfLibtorch() {
        Map<String, double[]> golden = GoldenValues.read(file());
        try (CompiledCase compiled = compile(network(), Precision.FLOAT32)) {
            float[] additive = compiled.run().additive();
            for (FlatLayout.Entry entry : compiled.memory.layout().parameters().entries()) {
                double[] expected = golden.get("gradient of " + entry.name());
                float[] mean = Arrays.copyOfRange(additive, entry.offset(), entry.end());
                for (int i = 0; i < mean.length; i++) {
                    mean[i] /= ROWS;
                }
                new Closeness(1e-4).check(entry.name(), mean, expected, 0, mean.length, least(entry.name()));
            }
        }
    }

    @Test
    void lossesOfDescentWithMomentumAreThoseOfLibtorch() {
        compareLosses("losses by sgd", new UpdateRule.Sgd(0.9f, false, 0), 0.05f);
    }

    @Test
    void lossesOfAdamAreThoseOfLibtorch() {
        compareLosses("losses by adam", new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false), 0.01f);
    }

    private void compareLosses(String name, UpdateRule rule, float learningRate) {
        double[] expected = GoldenValues.read(file()).get(name);
        assertThat(expected).hasSize(10);
        try (CompiledCase compiled = compile(network(), Precision.FLOAT32);
                Optimizer optimizer = kernels().optimizer(UpdateSettings.of(rule), compiled.memory)) {
            for (int step = 0; step < expected.length; step++) {
                double loss = compiled.run().sum(ModelLayout.LOSS) / ROWS;
                assertThat(loss).as("loss of step %d", step).isCloseTo(expected[step], within(1e-4));
                optimizer.update(step, learningRate);
                compiled.program.loadParameters();
            }
        }
    }
}
