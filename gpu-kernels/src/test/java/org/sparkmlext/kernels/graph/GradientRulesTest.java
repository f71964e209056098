package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient rule of every op against central differences in doubles: to {@value #TOLERANCE} of the largest gradient of the parameter.
 */
class GradientRulesTest {

    private static final double TOLERANCE = 1e-6;
    private static final double STEP = 1e-5;
    /** Elements looked at of a parameter; of a small one all. */
    private static final int MAX_ELEMENTS = 12;

    private static final int SMALL = 50;

    static Stream<GraphCase> differentiable() {
        return Stream.concat(GraphCases.all(), Networks.all()).filter(c -> c.bend() != GraphCase.Bend.KINK);
    }

    @ParameterizedTest
    @MethodSource("differentiable")
    void gradientIsTheSlope(GraphCase c) {
        double[] analytic = additive(c);
        double largest = largest(analytic, 0, c.parameters().length);
        assertThat(largest).isPositive();
        SplittableRandom random = new SplittableRandom(1);
        for (FlatLayout.Entry entry : c.graph().layout().parameters().entries()) {
            if (!c.graph().gradients().containsKey(entry.name())) {
                continue;
            }
            double scale = Math.max(largest(analytic, entry.offset(), entry.end()), 1e-3 * largest);
            int size = entry.shape().elements();
            for (int i = 0; i < (size <= SMALL ? size : MAX_ELEMENTS); i++) {
                int at = entry.offset() + (size <= SMALL ? i : random.nextInt(size));
                double slope = (loss(c, at, STEP) - loss(c, at, -STEP)) / (2 * STEP);
                assertThat(Math.abs(slope - analytic[at]) / scale)
                        .as("%s[%d]: slope %s, gradient %s", entry.name(), at - entry.offset(), slope, analytic[at])
                        .isLessThan(TOLERANCE);
            }
        }
    }

    private static double loss(GraphCase c, int parameter, double step) {
        double[] moved = Tensor.doubles(c.parameters());
        moved[parameter] += step;
        return ReferenceInterpreter.sum(c.graph(), c.feed(moved), ModelLayout.LOSS);
    }

    private static double[] additive(GraphCase c) {
        return ReferenceInterpreter.evaluate(c.graph(), c.feed()).additive(Tensor.doubles(c.state()));
    }

    private static double largest(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).map(Math::abs).max().orElse(0);
    }

    @Test
    void everyOpHasACase() {
        Set<Class<?>> seen = new HashSet<>();
        GraphCases.all()
                .forEach(c ->
                        c.graph().nodes().forEach(node -> seen.add(node.op().getClass())));
        assertThat(seen).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
    }

    @Test
    void everyLossHasACase() {
        Set<Class<?>> seen = new HashSet<>();
        GraphCases.all()
                .forEach(c -> c.graph().nodes().forEach(node -> {
                    if (node.op() instanceof Loss loss) {
                        seen.add(loss.function().getClass());
                    }
                }));
        assertThat(seen).containsExactlyInAnyOrder(LossFunction.class.getPermittedSubclasses());
    }
}
