package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole networks: values, bits, threads, memory shared between programs, what a listener hears. */
abstract class ProgramContract extends GraphContract {

    static Stream<Arguments> networks() {
        return Arrays.stream(Precision.values())
                .flatMap(precision -> Networks.all().map(c -> Arguments.of(c, precision)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void networkAgreesWithTheReference(GraphCase c, Precision precision) {
        assumeSupported(precision);
        ReferenceInterpreter.Values expected = reference(c);
        double[] additive = expected.additive(Tensor.doubles(c.state()));
        try (CompiledCase compiled = compile(c, precision)) {
            compiled.run();
            Closeness closeness = Closeness.ofNetwork(precision);
            c.graph()
                    .outputs()
                    .forEach((name, value) -> closeness.check(
                            name, compiled.output(name), expected.get(value).numbers()));
            if (precision == Precision.FLOAT32) {
                closeness.checkAdditive(c.graph().layout(), compiled.additive(), additive);
            } else {
                closeness.checkDirection(c.graph().layout(), compiled.additive(), additive);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradientOfANetworkIsTheSlope(GraphCase c, Precision precision) {
        assumeSupported(precision);
        try (CompiledCase compiled = compile(c, precision)) {
            Slope.check(compiled, precision);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void sameInputsGiveTheSameBits(GraphCase c, Precision precision) {
        assumeSupported(precision);
        try (CompiledCase first = compile(c, precision);
                CompiledCase second = compile(c, precision)) {
            float[] once = first.run().additive();
            assertThat(first.run().additive()).as("run again").isEqualTo(once);
            assertThat(second.run().additive()).as("compiled again").isEqualTo(once);
            for (String name : c.graph().outputs().keySet()) {
                assertThat(second.output(name)).isEqualTo(first.output(name));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void anotherThreadThanTheOneThatCompiledMayRun(Precision precision) throws Exception {
        assumeSupported(precision);
        for (GraphCase network : List.of(Networks.vgg(5), Networks.sequences(5))) {
            ExecutorService other = Executors.newSingleThreadExecutor();
            try (CompiledCase compiled = compile(network, precision)) {
                float[] here = compiled.run().additive();
                assertThat(other.submit(() -> compiled.run().additive()).get()).isEqualTo(here);
                try (CompiledCase there =
                        other.submit(() -> compile(network, precision)).get()) {
                    assertThat(there.run().additive()).isEqualTo(here);
                }
            } finally {
                other.shutdownNow();
            }
        }
    }

    @Test
    void programsOfSeveralBatchSizesShareAModel() {
        GraphCase six = Networks.simpleCnn(6);
        try (CompiledCase large = compile(six, Precision.FLOAT32)) {
            for (int rows : new int[] {1, 3, 17}) {
                GraphCase other = Networks.simpleCnn(rows).withParameters(six.parameters());
                try (CompiledCase small = new CompiledCase(kernels(), other, Precision.FLOAT32, large.memory)) {
                    check(small.run(), referenceAdditive(other));
                    check(large.run(), referenceAdditive(six));
                    check(small.run(), referenceAdditive(other));
                }
            }
        }
    }

    private static void check(CompiledCase compiled, double[] expected) {
        Closeness.of(Precision.FLOAT32).checkAdditive(compiled.source.graph().layout(), compiled.additive(), expected);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void loadedParametersAreUsed(Precision precision) {
        assumeSupported(precision);
        GraphCase before = Networks.vgg(5);
        float[] parameters = before.parameters().clone();
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] *= i % 3 == 0 ? 0.5f : 1.5f;
        }
        GraphCase after = before.withParameters(parameters);
        try (CompiledCase changed = compile(before, precision);
                CompiledCase fresh = compile(after, precision)) {
            float[] old = changed.run().additive();
            changed.setParameters(parameters);
            assertThat(changed.run().additive())
                    .isEqualTo(fresh.run().additive())
                    .isNotEqualTo(old);
        }
    }

    @Test
    void loadedStateIsUsed() {
        GraphBuilder graph = new GraphBuilder(2);
        Value x = graph.input("x", TensorType.floats(2, 3));
        Value scale = graph.parameter("scale", Shape.of(3));
        Value shift = graph.parameter("shift", Shape.of(3));
        Value mean = graph.state("mean", Shape.of(3));
        Value variance = graph.state("variance", Shape.of(3));
        graph.output("y", graph.add(new BatchNorm.Inference(1e-3f), x, scale, shift, mean, variance));
        Graph scoring = graph.build();
        Tensor rows = Tensor.of(TensorType.floats(2, 3), new double[] {1, 2, 3, -4, 5, -6});
        try (ModelMemory memory = kernels().allocate(scoring.layout(), false);
                Program program = kernels().compile(scoring, Precision.FLOAT32, memory)) {
            assertThat(memory.additive().length()).isZero();
            CompiledCase.write(memory.parameters(), new float[] {1, 2, 3, 0.5f, 0, -1});
            for (float m : new float[] {0, 1.5f}) {
                float[] state = {m, -m, 2 * m, 1 + m, 0.5f, 2};
                CompiledCase.write(memory.state(), state);
                program.loadParameters();
                rows.copyTo(program.input("x"));
                program.run(new RunKey(0, 0));
                GraphCase same = new GraphCase(
                        "",
                        scoring,
                        Map.of("x", rows),
                        new float[] {1, 2, 3, 0.5f, 0, -1},
                        state,
                        new RunKey(0, 0),
                        GraphCase.Bend.GENTLE);
                Closeness.of(Precision.FLOAT32)
                        .check(
                                "y",
                                ReferenceGraphKernels.floats(program.output("y")),
                                reference(same).get(scoring.outputs().get("y")).numbers());
            }
        }
    }

    @Test
    void aListenerHearsDisjointPartsThatCoverAllInTheSameOrder() {
        List<List<Integer>> first = List.of();
        for (int rows : new int[] {5, 1, 7}) {
            try (CompiledCase compiled = compile(Networks.residual(rows), Precision.FLOAT32)) {
                for (int run = 0; run < 2; run++) {
                    List<List<Integer>> parts = new ArrayList<>();
                    float[] heard = new float[compiled.memory.additive().length()];
                    int[] times = new int[heard.length];
                    Thread runner = Thread.currentThread();
                    compiled.program.run(compiled.source.key(), (from, to) -> {
                        assertThat(Thread.currentThread()).isSameAs(runner);
                        parts.add(List.of(from, to));
                        Arrays.fill(times, from, to, times[from] + 1);
                        compiled.memory.additive().copyOut(from, heard, from, to - from);
                    });
                    assertThat(times).containsOnly(1);
                    assertThat(heard).as("values are final when heard").isEqualTo(compiled.additive());
                    first = first.isEmpty() ? parts : first;
                    assertThat(parts).isEqualTo(first);
                    int lastParameter = compiled.memory.layout().parameters().length() - 1;
                    assertThat(partOf(lastParameter, parts))
                            .as("the last layer's gradient is told of before the first one's")
                            .isLessThan(partOf(0, parts));
                }
            }
        }
    }

    private static int partOf(int place, List<List<Integer>> parts) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).get(0) <= place && place < parts.get(i).get(1)) {
                return i;
            }
        }
        throw new AssertionError(place + " is in none of " + parts);
    }

    @Test
    void saysWhatItHoldsAndWhereTimeGoes() {
        GraphCase c = Networks.simpleCnn(6);
        try (CompiledCase compiled = compile(c, Precision.FLOAT32)) {
            assertThat(compiled.program.graph()).isSameAs(c.graph());
            assertThat(compiled.program.memoryBytes()).isPositive();
            List<StepTime> steps = compiled.program.profile(c.key(), 2);
            assertThat(steps).isNotEmpty().allMatch(step -> step.millis() >= 0);
            assertThat(steps.stream().map(StepTime::layer)).contains("conv1", "conv2", "dense1", "dense2");
        }
    }
}
