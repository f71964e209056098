package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Dense layers of at least 2^24 multiplications, which back ends compute in other ways than small ones, with what stands around them: images
 * that are flattened before, normalisation, activations and dropout behind, a small layer at the end.
 */
final class LargeDenseCases {

    private static final int ROWS = 264;

    private LargeDenseCases() {}

    static Stream<GraphCase> all() {
        List<GraphCase> cases = new ArrayList<>();
        for (int channels : new int[] {16, 12}) {
            cases.add(ofImages(
                    "images of " + channels + " channels, flattened, norm, relu, dropout", channels, (c, x) -> {
                        x = relu(c, GraphCases.norm(c, "norm", layer(c, "dense", flat(c, x), 360), 1e-3));
                        return c.graph.add(new Dropout(0.5f, 1), x, c.rowNumbers());
                    }));
        }
        cases.add(ofImages(
                "images that a dense layer flattens itself", 16, (c, x) -> tanh(c, layer(c, "dense", x, 256))));
        cases.add(ofImages("flattened images, dropout before the layer", 16, (c, x) -> {
            x = c.graph.add(new Dropout(0.25f, 1), flat(c, x), c.rowNumbers());
            return tanh(c, layer(c, "dense", x, 256));
        }));
        cases.add(ofImages(
                "flattened images, norm before the layer",
                16,
                (c, x) -> tanh(c, layer(c, "dense", GraphCases.norm(c, "norm", flat(c, x), 1e-3), 256))));
        cases.add(ofImages("flattened images that two layers read", 16, (c, x) -> {
            Value flat = flat(c, x);
            return c.graph.add(new Sum(), layer(c, "one", flat, 256), layer(c, "other", flat, 256));
        }));
        cases.add(ofRows(
                "rows, norm of features that fill no group, tanh",
                (c, x) -> tanh(c, GraphCases.norm(c, "norm", layer(c, "dense", x, 251), 1e-3))));
        cases.add(ofRows(
                "rows, norm and dropout",
                (c, x) -> c.graph.add(
                        new Dropout(0.25f, 2),
                        GraphCases.norm(c, "norm", layer(c, "dense", x, 256), 1e-3),
                        c.rowNumbers())));
        cases.add(ofRows("rows, norm read by relu and by a product", (c, x) -> {
            Value y = GraphCases.norm(c, "norm", layer(c, "dense", x, 256), 1e-3);
            return c.graph.add(new Multiply(), y, relu(c, y));
        }));
        cases.add(ofRows("rows, dropout between two layers", (c, x) -> {
            x = c.graph.add(new Dropout(0.25f, 2), tanh(c, layer(c, "first", x, 256)), c.rowNumbers());
            return tanh(c, layer(c, "second", x, 256));
        }));
        cases.add(ofRows(
                "rows, two layers without a bias",
                (c, x) -> tanh(
                        c,
                        GraphCases.dense(
                                c, "second", tanh(c, GraphCases.dense(c, "first", x, 256, false)), 256, false))));
        return cases.stream();
    }

    private static GraphCase ofImages(String name, int channels, BiFunction<CaseBuilder, Value, Value> layers) {
        CaseBuilder c = new CaseBuilder(name, ROWS);
        return end(c, layers.apply(c, c.images("front", channels, 4, 4)));
    }

    private static GraphCase ofRows(String name, BiFunction<CaseBuilder, Value, Value> layers) {
        CaseBuilder c = new CaseBuilder(name, ROWS);
        return end(c, layers.apply(c, c.rows("front", 256)));
    }

    private static GraphCase end(CaseBuilder c, Value x) {
        return c.loss(layer(c, "head", x, 11), new LossFunction.CrossEntropy(0.1f, 0));
    }

    private static Value layer(CaseBuilder c, String name, Value x, int units) {
        c.graph.layer(name);
        return GraphCases.dense(c, name, x, units, true);
    }

    private static Value flat(CaseBuilder c, Value x) {
        return c.graph.add(new Reshape(Shape.of(ROWS, c.graph.type(x).shape().elementsPerRow())), x);
    }

    private static Value relu(CaseBuilder c, Value x) {
        return c.graph.add(Activation.of(Activation.Function.RELU), x);
    }

    private static Value tanh(CaseBuilder c, Value x) {
        return c.graph.add(Activation.of(Activation.Function.TANH), x);
    }
}
