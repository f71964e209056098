package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several steps in a row against the reference, rows of weight 0, frozen layers, scoring beside training. */
abstract class TrainingContract extends GraphContract {

    static Stream<GraphCase> networks() {
        return Networks.all().filter(c -> c.graph().rows() > 1);
    }

    /** Ten steps of momentum: losses to 1e-3, since every step carries the rounding of the ones before. */
    @ParameterizedTest
    @MethodSource("networks")
    void tenStepsFollowTheReference(GraphCase c) {
        UpdateSettings settings =
                new UpdateSettings(new UpdateRule.Sgd(0.9f, false, 1e-4f), Float.POSITIVE_INFINITY, 1, 0.8f, 0);
        GraphKernels naive = new ReferenceGraphKernels(backend::allocate);
        try (CompiledCase compiled = compile(c, Precision.FLOAT32);
                CompiledCase expected = new CompiledCase(naive, c, Precision.FLOAT32);
                Optimizer optimizer = kernels().optimizer(settings, compiled.memory);
                Optimizer reference = naive.optimizer(settings, expected.memory)) {
            for (int step = 0; step < 10; step++) {
                RunKey key = new RunKey(3, step);
                compiled.program.run(key);
                expected.program.run(key);
                double loss = expected.sum(ModelLayout.LOSS);
                assertThat(compiled.sum(ModelLayout.LOSS)).as("step %d", step).isCloseTo(loss, within(1e-3 * loss));
                optimizer.update(step, 0.01f);
                reference.update(step, 0.01f);
                compiled.program.loadParameters();
                expected.program.loadParameters();
            }
            new Closeness(2e-3)
                    .check("state", floats(compiled.memory.state()), Tensor.doubles(floats(expected.memory.state())));
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void thirtyStepsLowerTheLoss(Precision precision) {
        assumeSupported(precision);
        UpdateSettings settings = UpdateSettings.of(new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false));
        try (CompiledCase compiled = compile(Networks.vgg(5), precision);
                Optimizer optimizer = kernels().optimizer(settings, compiled.memory)) {
            double first = compiled.run().sum(ModelLayout.LOSS);
            for (int step = 0; step < 30; step++) {
                compiled.program.run(new RunKey(1, step));
                optimizer.update(step, 0.01f);
                compiled.program.loadParameters();
            }
            assertThat(compiled.run().sum(ModelLayout.LOSS)).isLessThan(0.7 * first);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aRowWithoutWeightAddsNothingWhateverItHolds(Precision precision) {
        assumeSupported(precision);
        GraphCase c = Networks.simpleCnn(6);
        double[] pixels = c.inputs().get("image").numbers().clone();
        Arrays.fill(pixels, 5 * 132, 6 * 132, 255);
        long[] targets = c.inputs().get("target").integers().clone();
        targets[5] = -1;
        GraphCase other = c.withInput("image", Tensor.of(c.inputs().get("image").type(), pixels))
                .withInput("target", Tensor.of(c.inputs().get("target").type(), targets));
        try (CompiledCase one = compile(c, precision);
                CompiledCase changed = compile(other, precision)) {
            assertThat(c.inputs().get("weight").numbers()[5]).isZero();
            new Closeness(1e-6)
                    .checkAdditive(
                            c.graph().layout(),
                            changed.run().additive(),
                            Tensor.doubles(one.run().additive()));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aLossSkipsPredictionsWithoutWeightThatAreNotNumbers(GraphCase c) {
        int rows = c.graph().rows();
        int width = c.inputs().get("x.front").shape().size(1);
        double[] x = c.inputs().get("x.front").numbers().clone();
        Arrays.fill(x, (rows - 1) * width, rows * width, Double.NaN);
        GraphCase bad = c.withInnerValues()
                .withInput("x.front", Tensor.of(c.inputs().get("x.front").type(), x));
        double[] expected = referenceAdditive(c);
        try (CompiledCase compiled = compile(bad, Precision.FLOAT32)) {
            compiled.run();
            for (String sum : c.graph().layout().sums()) {
                int at = c.graph().layout().sumAt(sum);
                assertThat(compiled.sum(sum)).as(sum).isCloseTo(expected[at], within(1e-4 * Math.max(1, expected[at])));
            }
            for (String name : bad.graph().outputs().keySet()) {
                if (name.endsWith("loss.gradient")) {
                    float[] gradient = compiled.output(name);
                    for (int i = 0; i < gradient.length; i++) {
                        assertThat(Float.isFinite(gradient[i])).isTrue();
                        assertThat(i < (rows - 1) * width || gradient[i] == 0).isTrue();
                    }
                }
            }
        }
    }

    static Stream<GraphCase> losses() {
        return LossCases.all().filter(c -> c.graph().rows() == 5);
    }

    @Test
    void withoutAnyWeightAllSumsAreZero() {
        GraphCase c = Networks.simpleCnn(6);
        try (CompiledCase compiled =
                compile(c.withInput("weight", Tensor.of(TensorType.floats(6), new double[6])), Precision.FLOAT32)) {
            float[] expected = new float[c.graph().layout().additiveLength()];
            expected[c.graph().layout().rowsAt()] = 6;
            float[] additive = compiled.run().additive();
            for (int i = 0; i < expected.length; i++) {
                // Primitive comparison: -0 is 0.
                assertThat(additive[i] == expected[i])
                        .as("%d is %s", i, additive[i])
                        .isTrue();
            }
        }
    }

    /** A frozen first layer with its norm: gradients 0, nothing moves, the state stays. */
    @Test
    void frozenLayersStay() {
        GraphCase c = GraphCases.all()
                .filter(some -> some.name().startsWith("norm with given statistics"))
                .findFirst()
                .orElseThrow();
        FlatLayout.Entry shift = c.graph().layout().parameters().entry("frozen.shift");
        UpdateRule rule = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.1f, false);
        UpdateSettings settings =
                new UpdateSettings(rule, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, 0.9f, shift.end());
        try (CompiledCase compiled = compile(c, Precision.FLOAT32);
                Optimizer optimizer = kernels().optimizer(settings, compiled.memory)) {
            for (int step = 0; step < 20; step++) {
                // What lies in the array from before must not survive a run.
                float[] old = new float[c.graph().layout().additiveLength()];
                Arrays.fill(old, Float.NaN);
                CompiledCase.write(compiled.memory.additive(), old);
                float[] additive = compiled.run().additive();
                for (int i = 0; i < shift.end(); i++) {
                    assertThat(additive[i] == 0).isTrue();
                }
                assertThat(optimizer.update(step, 0.01f)).isPositive();
                compiled.program.loadParameters();
            }
            float[] after = floats(compiled.memory.parameters());
            assertThat(Arrays.copyOf(after, shift.end())).isEqualTo(Arrays.copyOf(c.parameters(), shift.end()));
            assertThat(after).isNotEqualTo(c.parameters());
            new Closeness(1e-6).check("state", floats(compiled.memory.state()), Tensor.doubles(c.state()));
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aScoringProgramSharesTheModelOfTraining(Precision precision) {
        assumeSupported(precision);
        GraphCase training = Networks.vgg(5);
        GraphCase scoring =
                Networks.vgg(3).withParameters(training.parameters()).scoring();
        UpdateSettings settings = UpdateSettings.of(new UpdateRule.Sgd(0, false, 0));
        try (CompiledCase trained = compile(training, precision);
                CompiledCase scored = new CompiledCase(kernels(), scoring, precision, trained.memory);
                Optimizer optimizer = kernels().optimizer(settings, trained.memory)) {
            float[] additive = trained.run().additive();
            scored.run();
            assertThat(trained.additive()).as("scoring adds nothing").isEqualTo(additive);
            checkScores(scored, scoring, precision);
            optimizer.update(0, 0.05f);
            scored.program.loadParameters();
            checkScores(scored.run(), scoring.withParameters(floats(trained.memory.parameters())), precision);
        }
    }

    private static void checkScores(CompiledCase scored, GraphCase c, Precision precision) {
        Closeness.ofNetwork(precision)
                .check(
                        "scores",
                        scored.output("scores"),
                        reference(c).get(c.graph().outputs().get("scores")).numbers());
    }

    @Test
    void softmaxOfLargeNumbersDoesNotOverflow() {
        GraphBuilder graph = new GraphBuilder(2);
        Value x = graph.input("x", TensorType.floats(2, 3));
        graph.output("y", graph.add(new Softmax(), x));
        Tensor large = Tensor.of(TensorType.floats(2, 3), new double[] {1e4, 1e4, -1e4, -3e4, -2e4, -3e4});
        GraphCase c = new GraphCase(
                "softmax",
                graph.build(),
                Map.of("x", large),
                new float[0],
                new float[0],
                new RunKey(0, 0),
                GraphCase.Bend.GENTLE);
        try (CompiledCase compiled = compile(c, Precision.FLOAT32)) {
            Closeness.of(Precision.FLOAT32).check("y", compiled.run().output("y"), new double[] {0.5, 0.5, 0, 0, 1, 0});
        }
    }
}
