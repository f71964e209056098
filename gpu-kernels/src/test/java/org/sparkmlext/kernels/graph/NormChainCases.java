package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Batch normalisation with what may run in one pass with it: ReLU, max pooling, dropout. And graphs that look like that, but in which
 * somebody reads a value on the way.
 */
final class NormChainCases {

    private static final Window2d HALVE = Window2d.square(2).stride(2);

    private static final Set<String> NAMES = all().map(GraphCase::name).collect(Collectors.toSet());

    private NormChainCases() {}

    static Stream<GraphCase> all() {
        List<GraphCase> cases = new ArrayList<>();
        for (int channels : new int[] {3, 8, 20}) {
            CaseBuilder c = new CaseBuilder("norm, relu and max-pool of " + channels + " channels", 3);
            cases.add(c.squared(pool(c, relu(c, norm(c, channels, 8, 6)))));
            c = new CaseBuilder("norm, relu, max-pool and dropout of " + channels + " channels", 3);
            Value row = c.rowNumbers();
            cases.add(c.squared(drop(c, pool(c, relu(c, norm(c, channels, 8, 6))), row)));
        }
        CaseBuilder c = new CaseBuilder("norm, relu and max-pool that leaves pixels over", 2);
        cases.add(c.squared(pool(c, relu(c, norm(c, 5, 7, 6)))));
        c = new CaseBuilder("norm, relu and dropout", 3);
        Value row = c.rowNumbers();
        cases.add(c.squared(drop(c, relu(c, norm(c, 5, 4, 6)), row)));
        c = new CaseBuilder("norm and max-pool", 3);
        cases.add(c.squared(pool(c, norm(c, 5, 4, 6))));
        c = new CaseBuilder("norm and tanh", 3);
        cases.add(c.squared(c.graph.add(Activation.of(Activation.Function.TANH), norm(c, 5, 4, 6))));
        c = new CaseBuilder("norm read by relu and by a sum", 3);
        Value normal = norm(c, 5, 4, 6);
        cases.add(c.squared(c.graph.add(new Sum(), normal, relu(c, normal))));
        c = new CaseBuilder("norm and relu, read by max-pool and by a convolution", 2);
        Value bent = relu(c, norm(c, 5, 8, 6));
        Value half = GraphCases.conv(c, "conv", bent, Window2d.square(2).stride(2), 5, 1, false);
        cases.add(c.squared(c.graph.add(new Sum(), pool(c, bent), half)));
        c = new CaseBuilder("norm, relu and max-pool, read by dropout and by a sum", 2);
        row = c.rowNumbers();
        Value pooled = pool(c, relu(c, norm(c, 5, 8, 6)));
        cases.add(c.squared(c.graph.add(new Sum(), pooled, drop(c, pooled, row))));
        c = new CaseBuilder("norm, relu and max-pool of 260 channels", 1);
        cases.add(c.squared(pool(c, relu(c, norm(c, 260, 4, 4)))));
        cases.add(given());
        return cases.stream();
    }

    /**
     * Whether a case is one of these. In bfloat16 they are as near as a network is: a gradient that a norm makes nearly cancel, behind three or
     * four ops that round each.
     */
    static boolean has(GraphCase c) {
        return NAMES.contains(c.name());
    }

    /** Of two values: the norm of one does not depend on how its layer scales it. */
    private static Value norm(CaseBuilder c, int channels, int height, int width) {
        Value x = c.graph.add(
                new Sum(), c.images("front", channels, height, width), c.images("other", channels, height, width));
        return GraphCases.norm(c, "norm", x, 1e-3);
    }

    private static Value relu(CaseBuilder c, Value x) {
        return c.graph.add(Activation.of(Activation.Function.RELU), x);
    }

    /** Sums of two values have equal ones. */
    private static Value pool(CaseBuilder c, Value x) {
        c.bend(GraphCase.Bend.KINK);
        return c.graph.add(new MaxPool2d(HALVE), x);
    }

    private static Value drop(CaseBuilder c, Value x, Value row) {
        return c.graph.add(new Dropout(0.25f, 3), x, row);
    }

    /** With given statistics, as in scoring. */
    private static GraphCase given() {
        CaseBuilder c = new CaseBuilder("norm with given statistics, relu and max-pool before a trained layer", 3);
        Value y = c.graph.add(
                new BatchNorm.Inference(1e-3f),
                c.input("x", c.pixels(Shape.of(3, 5, 4, 6))),
                c.weights("frozen.scale", 1.5, 5),
                c.weights("frozen.shift", 0.5, 5),
                c.state("mean", -1, 1, 5),
                c.state("variance", 0.5, 1.5, 5));
        return c.squared(GraphCases.dense(c, "dense", pool(c, relu(c, y)), 3, true));
    }
}
