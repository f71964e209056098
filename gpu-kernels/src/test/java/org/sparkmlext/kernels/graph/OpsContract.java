package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op, its gradients and every loss against the reference in doubles, and against the slope of its own loss. */
abstract class OpsContract extends GraphContract {

    static Stream<Arguments> cases() {
        return Arrays.stream(Precision.values())
                .flatMap(precision -> GraphCases.all().map(c -> Arguments.of(c, precision)));
    }

    static Stream<Arguments> gentle() {
        return cases().filter(arguments -> ((GraphCase) arguments.get()[0]).bend() == GraphCase.Bend.GENTLE);
    }

    private static Closeness closeness(GraphCase c, Precision precision) {
        return NormChainCases.has(c) ? Closeness.ofNetwork(precision) : Closeness.of(precision);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReference(GraphCase c, Precision precision) {
        assumeSupported(precision);
        double[] expected = referenceAdditive(c);
        try (CompiledCase compiled = compile(c, precision)) {
            closeness(c, precision)
                    .checkAdditive(c.graph().layout(), compiled.run().additive(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyValueBetweenOpsAgrees(GraphCase c, Precision precision) {
        assumeSupported(precision);
        GraphCase open = c.withInnerValues();
        ReferenceInterpreter.Values expected = reference(open);
        try (CompiledCase compiled = compile(open, precision)) {
            compiled.run();
            open.graph()
                    .outputs()
                    .forEach((name, value) -> closeness(c, precision)
                            .check(
                                    c + ": " + name,
                                    compiled.output(name),
                                    expected.get(value).numbers()));
            closeness(c, precision)
                    .checkAdditive(
                            c.graph().layout(), compiled.additive(), expected.additive(Tensor.doubles(c.state())));
        }
    }

    /** {@code L(w + d) - L(w - d)} is {@code 2 d} times the gradient, with a long step along it: both computed by the back end. */
    @ParameterizedTest
    @MethodSource("gentle")
    void gradientIsTheSlope(GraphCase c, Precision precision) {
        assumeSupported(precision);
        try (CompiledCase compiled = compile(c, precision)) {
            Slope.check(compiled, precision);
        }
    }

    /** A GPU starts at most 65,535 blocks along some axes. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void manyProductsAtOnce(Precision precision) {
        assumeSupported(precision);
        int rows = 65_537;
        CaseBuilder c = new CaseBuilder("product of many matrices", rows);
        Value first = c.graph.add(new Reshape(Shape.of(rows, 1, 2)), c.rows("front", 2));
        Value second = c.graph.add(new Reshape(Shape.of(rows, 2, 1)), c.rows("other", 2));
        GraphCase products = c.squared(c.graph.add(new MatMul(), first, second)).withInnerValues();
        ReferenceInterpreter.Values expected = reference(products);
        try (CompiledCase compiled = compile(products, precision)) {
            compiled.run();
            products.graph()
                    .outputs()
                    .forEach((name, value) -> Closeness.of(precision)
                            .check(
                                    name,
                                    compiled.output(name),
                                    expected.get(value).numbers()));
        }
    }

    @Test
    void casesRunInBothPrecisionsWhereThereAreTwo() {
        List<Precision> supported = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            if (kernels().supports(precision).isAvailable()) {
                supported.add(precision);
            }
        }
        assertThat(supported).contains(Precision.FLOAT32);
        System.out.println(backend.description() + ": networks tested in " + supported);
    }
}
