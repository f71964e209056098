package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.GoldenValues;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.net.layer.LayerNormLayer;
import org.sparkmlext.net.layer.PositionalEncodingLayer;
import org.sparkmlext.net.layer.SelfAttentionLayer;

/**
 * The layers of a transformer's block, over rows of unequal lengths, against libtorch: the ops have its values by
 * {@code GoldenAttentionContract}, and these layers make the same of them.
 */
class GoldenAttentionTest {

    private static final int ROWS = 8;
    private static final int STEPS = 5;
    private static final int FEATURES = 6;

    private static final Architecture NETWORK = Architecture.builder(new SequenceInput(STEPS, FEATURES, true))
            .add("places", new PositionalEncodingLayer())
            .residual(block -> block.add("norm1", LayerNormLayer.of()).add("attention", new SelfAttentionLayer(2)))
            .add("norm2", LayerNormLayer.of())
            .globalAveragePool()
            .output(2)
            .build();

    @Test
    void lossAndGradientsAreThoseOfLibtorch() {
        Map<String, double[]> golden = GoldenValues.read("libtorch-attention.csv");
        try (ReferenceRun run = new ReferenceRun(NETWORK, ROWS, new LossFunction.SquaredError(), null)) {
            fill(run, NetworkGraphs.INPUT, GoldenValues.numbers(1, ROWS * STEPS * FEATURES, 4, 0));
            fill(run, NetworkGraphs.TARGETS, GoldenValues.numbers(2, ROWS * 2, 2, 0));
            fill(run, NetworkGraphs.WEIGHTS, ones());
            run.input(NetworkGraphs.LENGTHS).copyIn(0, new int[] {5, 3, 1, 4, 5, 2, 3, 5}, 0, ROWS);
            double loss = run.loss(floats(start(run.layout()))) / ROWS;
            assertThat(loss).isCloseTo(golden.get("losses by sgd")[0], within(1e-4));
            float[] gradient = run.run();
            assertThat(golden.keySet().stream().filter(name -> name.startsWith("gradient of ")))
                    .hasSameSizeAs(run.layout().entries());
            for (FlatLayout.Entry entry : run.layout().entries()) {
                double[] expected = golden.get("gradient of " + entry.name());
                // That of the keys' bias is 0 but for rounding.
                double largest = Math.max(
                        entry.name().equals("attention.key.bias") ? 1e-2 : 0,
                        Arrays.stream(expected).map(Math::abs).max().orElseThrow());
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) gradient[entry.offset() + i] / ROWS)
                            .as("%s[%d]", entry.name(), i)
                            .isCloseTo(expected[i], within(1e-4 * largest));
                }
            }
        }
    }

    /** A stream of numbers each, from 3 on, as the maker of the file has them. */
    private static double[] start(FlatLayout layout) {
        double[] start = new double[layout.length()];
        int stream = 3;
        for (FlatLayout.Entry entry : layout.entries()) {
            double scale = entry.name().endsWith(".weights") ? 2 : 0.5;
            double shift = entry.name().endsWith(".scale") ? 1 : 0;
            double[] numbers = GoldenValues.numbers(stream++, entry.end() - entry.offset(), scale, shift);
            System.arraycopy(numbers, 0, start, entry.offset(), numbers.length);
        }
        return start;
    }

    private static double[] ones() {
        double[] ones = new double[ROWS];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void fill(ReferenceRun run, String input, double[] numbers) {
        run.input(input).copyIn(0, floats(numbers), 0, numbers.length);
    }

    private static float[] floats(double[] numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }
}
