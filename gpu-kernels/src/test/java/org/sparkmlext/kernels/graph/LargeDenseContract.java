package org.sparkmlext.kernels.graph;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Large dense layers and what stands around them agree with the reference, and with what they give where every value is looked at. */
abstract class LargeDenseContract extends GraphContract {

    static Stream<Arguments> cases() {
        return LargeDenseCases.all()
                .flatMap(c -> Stream.of(Precision.values()).map(precision -> Arguments.of(c, precision)));
    }

    /** Where roundings move a value across the bend of a ReLU, single gradients differ by their whole size. */
    private static boolean hasBend(GraphCase c) {
        return c.graph().nodes().stream()
                .anyMatch(node -> node.op() instanceof Activation op && op.function() == Activation.Function.RELU);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReference(GraphCase c, Precision precision) {
        assumeSupported(precision);
        Closeness closeness = Closeness.ofNetwork(precision);
        GraphCase open = c.withInnerValues();
        ReferenceInterpreter.Values expected = reference(open);
        double[] sums = expected.additive(Tensor.doubles(c.state()));
        try (CompiledCase compiled = compile(c, precision)) {
            closeness.checkAdditive(c.graph().layout(), compiled.run().additive(), sums);
        }
        try (CompiledCase compiled = compile(open, precision)) {
            closeness.checkAdditive(c.graph().layout(), compiled.run().additive(), sums);
            if (precision == Precision.FLOAT32 || !hasBend(c)) {
                open.graph()
                        .outputs()
                        .forEach((name, value) -> closeness.check(
                                c + ": " + name,
                                compiled.output(name),
                                expected.get(value).numbers()));
            }
        }
    }
}
