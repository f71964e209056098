package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.ElementType;

/** Every rule over 20 updates of the same numbers as the reference, to 1e-5; clipping, states, and when nothing changes. */
abstract class OptimizerContract extends GraphContract {

    private static final float NONE = Float.POSITIVE_INFINITY;
    private static final Closeness CLOSE = new Closeness(1e-5);

    private static final ModelLayout LAYOUT = layout();

    private static ModelLayout layout() {
        Map<String, Shape> parameters = new LinkedHashMap<>();
        parameters.put("first", Shape.of(17, 3));
        parameters.put("second", Shape.of(7));
        parameters.put("third", Shape.of(300));
        Map<String, Shape> states = Map.of("mean", Shape.of(5));
        return new ModelLayout(
                FlatLayout.of(parameters),
                FlatLayout.of(states),
                List.of("correct", ModelLayout.WEIGHT, ModelLayout.LOSS));
    }

    static Stream<UpdateRule> rules() {
        return Stream.of(
                new UpdateRule.Sgd(0, false, 0),
                new UpdateRule.Sgd(0, false, 0.01f),
                new UpdateRule.Sgd(0.9f, false, 0),
                new UpdateRule.Sgd(0.9f, true, 0.01f),
                new UpdateRule.RmsProp(0.99f, 1e-8f, 0),
                new UpdateRule.RmsProp(0.9f, 1e-3f, 0.01f),
                new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
                new UpdateRule.Adam(0.9f, 0.999f, 1e-7f, 0.01f, false),
                new UpdateRule.Adam(0.8f, 0.99f, 1e-6f, 0.1f, true));
    }

    static Stream<UpdateSettings> settings() {
        return rules().flatMap(rule -> Stream.of(
                UpdateSettings.of(rule),
                new UpdateSettings(rule, 0.02f, NONE, 0.99f, 0),
                new UpdateSettings(rule, NONE, 0.1f, 0.5f, 51),
                new UpdateSettings(rule, 0.03f, 0.2f, 0, 58)));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void followsTheReference(UpdateSettings settings) {
        GraphKernels naive = new ReferenceGraphKernels(backend::allocate);
        try (ModelMemory memory = memory(kernels());
                ModelMemory expected = memory(naive);
                Optimizer optimizer = kernels().optimizer(settings, memory);
                Optimizer reference = naive.optimizer(settings, expected)) {
            assertThat(optimizer.slots().type()).isEqualTo(ElementType.FLOAT);
            assertThat(floats(optimizer.slots()))
                    .isEqualTo(new float[settings.rule().numSlots() * 358]);
            for (int step = 0; step < 20; step++) {
                float[] additive = additive(step);
                CompiledCase.write(memory.additive(), additive);
                CompiledCase.write(expected.additive(), additive);
                double norm = reference.update(step, 0.05f / (1 + step));
                assertThat(optimizer.update(step, 0.05f / (1 + step))).isCloseTo(norm, within(1e-5 * norm));
                same("parameters", floats(memory.parameters()), floats(expected.parameters()));
                same("state", floats(memory.state()), floats(expected.state()));
                same("slots", floats(optimizer.slots()), floats(reference.slots()));
            }
        }
    }

    private static void same(String what, float[] actual, float[] expected) {
        CLOSE.check(what, actual, Tensor.doubles(expected));
    }

    private static ModelMemory memory(GraphKernels kernels) {
        ModelMemory memory = kernels.allocate(LAYOUT, true);
        SplittableRandom random = new SplittableRandom(3);
        CompiledCase.write(
                memory.parameters(), random(random, memory.parameters().length(), 1));
        CompiledCase.write(memory.state(), random(random, memory.state().length(), 2));
        return memory;
    }

    private static float[] random(SplittableRandom random, int length, double scale) {
        return Tensor.floats(random.doubles(length, -scale, scale).toArray());
    }

    /** Sums of 24 rows of weight 16 in all. */
    private static float[] additive(int step) {
        float[] additive = random(new SplittableRandom(100 + step), LAYOUT.additiveLength(), 1);
        additive[LAYOUT.rowsAt()] = 24;
        additive[LAYOUT.sumAt(ModelLayout.WEIGHT)] = 16;
        return additive;
    }

    /** Written out for one number, so that not all hangs on the reference. */
    @Test
    void adamByHand() {
        ModelLayout one = new ModelLayout(
                FlatLayout.of(Map.of("w", Shape.of(1))), FlatLayout.of(Map.of()), List.of(ModelLayout.WEIGHT));
        UpdateRule rule = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);
        try (ModelMemory memory = kernels().allocate(one, true);
                Optimizer optimizer = kernels().optimizer(UpdateSettings.of(rule), memory)) {
            CompiledCase.write(memory.parameters(), new float[] {1});
            CompiledCase.write(memory.additive(), new float[] {6, 10, 2});
            assertThat(optimizer.update(0, 0.1f)).isCloseTo(3, within(1e-6));
            // The first step of Adam is as long as the rate, whatever the gradient.
            assertThat(floats(memory.parameters())[0]).isCloseTo(0.9f, within(1e-6f));
            CompiledCase.write(memory.additive(), new float[] {-6, 10, 2});
            optimizer.update(1, 0.1f);
            double m = (0.9 * 0.3 - 0.3) / (1 - 0.81);
            double v = (0.999 * 0.009 + 0.009) / (1 - 0.998001);
            assertThat((double) floats(memory.parameters())[0]).isCloseTo(0.9 - 0.1 * m / Math.sqrt(v), within(1e-5));
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void noWeightChangesNothing(UpdateRule rule) {
        float[] additive = additive(0);
        additive[LAYOUT.sumAt(ModelLayout.WEIGHT)] = 0;
        unchanged(rule, additive, 0);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aNormThatIsNotFiniteChangesNothing(float bad) {
        rules().forEach(rule -> {
            float[] additive = additive(0);
            additive[200] = bad;
            unchanged(rule, additive, Double.NaN);
        });
    }

    private void unchanged(UpdateRule rule, float[] additive, double norm) {
        UpdateSettings settings = new UpdateSettings(rule, NONE, 1, 0.9f, 0);
        try (ModelMemory memory = memory(kernels());
                Optimizer optimizer = kernels().optimizer(settings, memory)) {
            CompiledCase.write(memory.additive(), additive(7));
            optimizer.update(0, 0.01f);
            float[] parameters = floats(memory.parameters());
            float[] state = floats(memory.state());
            float[] slots = floats(optimizer.slots());
            CompiledCase.write(memory.additive(), additive);
            double got = optimizer.update(1, 0.01f);
            assertThat(Double.isFinite(got)).isEqualTo(Double.isFinite(norm));
            assertThat(Double.isFinite(got) ? got : 0).isZero();
            assertThat(floats(memory.parameters())).isEqualTo(parameters);
            assertThat(floats(memory.state())).isEqualTo(state);
            assertThat(floats(optimizer.slots())).isEqualTo(slots);
        }
    }

    @Test
    void parametersBeforeTheFirstTrainedOneStayAndAreNotInTheNorm() {
        UpdateRule rule = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.1f, true);
        try (ModelMemory memory = memory(kernels());
                Optimizer optimizer = kernels().optimizer(new UpdateSettings(rule, NONE, NONE, 0.9f, 51), memory)) {
            float[] before = floats(memory.parameters());
            float[] additive = additive(0);
            Arrays.fill(additive, 0, 51, Float.NaN);
            CompiledCase.write(memory.additive(), additive);
            double squares = 0;
            for (int i = 51; i < 358; i++) {
                squares += additive[i] / 16.0 * additive[i] / 16.0;
            }
            assertThat(optimizer.update(0, 0.1f)).isCloseTo(Math.sqrt(squares), within(1e-5));
            float[] after = floats(memory.parameters());
            assertThat(Arrays.copyOf(after, 51)).isEqualTo(Arrays.copyOf(before, 51));
            assertThat(Arrays.copyOfRange(after, 51, 358)).doesNotContain(Arrays.copyOfRange(before, 51, 358));
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void goesOnFromItsSlots(UpdateRule rule) {
        try (ModelMemory memory = memory(kernels());
                ModelMemory other = memory(kernels());
                Optimizer first = kernels().optimizer(UpdateSettings.of(rule), memory);
                Optimizer second = kernels().optimizer(UpdateSettings.of(rule), other)) {
            for (int step = 0; step < 3; step++) {
                CompiledCase.write(memory.additive(), additive(step));
                first.update(step, 0.01f);
            }
            CompiledCase.write(other.parameters(), floats(memory.parameters()));
            CompiledCase.write(other.state(), floats(memory.state()));
            CompiledCase.write(second.slots(), floats(first.slots()));
            CompiledCase.write(memory.additive(), additive(3));
            CompiledCase.write(other.additive(), additive(3));
            assertThat(second.update(3, 0.01f)).isEqualTo(first.update(3, 0.01f));
            assertThat(floats(other.parameters())).isEqualTo(floats(memory.parameters()));
            assertThat(floats(other.state())).isEqualTo(floats(memory.state()));
            assertThat(floats(second.slots())).isEqualTo(floats(first.slots()));
        }
    }

    @Test
    void aStateThatEqualsItsStatisticStays() {
        try (ModelMemory memory = memory(kernels());
                Optimizer optimizer = kernels().optimizer(UpdateSettings.of(new UpdateRule.Sgd(0, false, 0)), memory)) {
            float[] state = floats(memory.state());
            float[] additive = additive(0);
            additive[LAYOUT.rowsAt()] = 37;
            for (int i = 0; i < state.length; i++) {
                additive[LAYOUT.statisticsFrom() + i] = state[i] * 37;
            }
            CompiledCase.write(memory.additive(), additive);
            for (int step = 0; step < 100; step++) {
                optimizer.update(step, 0.01f);
            }
            new Closeness(1e-6).check("state", floats(memory.state()), Tensor.doubles(state));
        }
    }
}
