package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Cases of the ops that move, add, multiply and drop elements, and of pixels. */
final class ElementCases {

    private ElementCases() {}

    static Stream<GraphCase> all() {
        return Stream.of(sums(), parts(), dropouts(), softmax(), pixels()).flatMap(cases -> cases);
    }

    private static Stream<GraphCase> sums() {
        List<GraphCase> cases = new ArrayList<>();
        CaseBuilder c = new CaseBuilder("sum of two images", 3);
        cases.add(c.squared(c.graph.add(new Sum(), c.images("a", 5, 4, 3), c.images("b", 5, 4, 3))));
        c = new CaseBuilder("sum of three rows", 2);
        cases.add(c.squared(c.graph.add(new Sum(), c.rows("a", 7), c.rows("b", 7), c.rows("c", 7))));
        c = new CaseBuilder("sum of a value and itself", 1);
        Value x = c.images("front", 3, 4, 3);
        cases.add(c.squared(c.graph.add(new Sum(), x, x)));
        c = new CaseBuilder("residual: a value used by a layer and by a sum", 3);
        x = c.images("front", 4, 7, 6);
        Value y = GraphCases.conv(c, "conv", x, Window2d.square(3).pad(1), 4, 1, true);
        cases.add(c.squared(c.graph.add(new Sum(), x, y)));
        c = new CaseBuilder("a value used four times", 2);
        x = c.images("front", 4, 7, 6);
        y = GraphCases.conv(c, "conv", x, Window2d.square(3).pad(1), 4, 1, true);
        Value z = c.graph.add(Activation.of(Activation.Function.GELU), x);
        cases.add(c.squared(c.graph.add(new Sum(), x, y, z, c.graph.add(new Multiply(), x, z))));
        c = new CaseBuilder("product of two images", 3);
        cases.add(c.squared(c.graph.add(new Multiply(), c.images("a", 5, 4, 3), c.images("b", 5, 4, 3))));
        c = new CaseBuilder("product of rows with an input", 3);
        Value gate = c.input("gate", Tensor.of(TensorType.floats(3, 5), new double[] {
            1, 0.5, 0, -1, 2, 1, 1, 1, 1, 1, -2, 0.25, 3, 0, 0.125
        }));
        cases.add(c.squared(c.graph.add(new Multiply(), c.rows("front", 5), gate)));
        c = new CaseBuilder("square of rows", 4);
        x = c.rows("front", 5);
        cases.add(c.squared(c.graph.add(new Multiply(), x, x)));
        return cases.stream();
    }

    private static Stream<GraphCase> parts() {
        List<GraphCase> cases = new ArrayList<>();
        CaseBuilder c = new CaseBuilder("concat of channels", 3);
        Value a = c.images("a", 5, 4, 3);
        Value b = c.images("b", 2, 4, 3);
        cases.add(c.squared(c.graph.add(new Concat(1), a, b, c.images("c", 1, 4, 3))));
        c = new CaseBuilder("concat of 16 and 32 channels", 2);
        cases.add(c.squared(c.graph.add(new Concat(1), c.images("a", 16, 4, 4), c.images("b", 32, 4, 4))));
        c = new CaseBuilder("concat of widths", 2);
        cases.add(c.squared(c.graph.add(new Concat(3), c.images("a", 3, 4, 3), c.images("b", 3, 4, 5))));
        c = new CaseBuilder("concat of rows, one of them an input", 1);
        a = c.rows("a", 5);
        b = c.input("b", Tensor.of(TensorType.floats(1, 3), new double[] {1, -0.5, 2}));
        cases.add(c.squared(c.graph.add(new Concat(1), a, b)));
        c = new CaseBuilder("concat of a value and itself", 3);
        a = c.rows("front", 4);
        cases.add(c.squared(c.graph.add(new Concat(1), a, a)));
        c = new CaseBuilder("slice of channels", 3);
        cases.add(c.squared(c.graph.add(new Slice(1, 2, 3), c.images("front", 7, 4, 3))));
        c = new CaseBuilder("slice of heights", 2);
        cases.add(c.squared(c.graph.add(new Slice(2, 1, 2), c.images("front", 3, 5, 3))));
        c = new CaseBuilder("overlapping slices of rows", 2);
        a = c.rows("front", 7);
        cases.add(c.squared(
                c.graph.add(new Sum(), c.graph.add(new Slice(1, 0, 5), a), c.graph.add(new Slice(1, 2, 5), a))));
        c = new CaseBuilder("reshape of images to rows and back", 3);
        a = c.graph.add(new Reshape(Shape.of(3, 24)), c.images("front", 2, 4, 3));
        b = c.graph.add(new Reshape(Shape.of(3, 4, 3, 2)), a);
        cases.add(c.squared(GraphCases.conv(c, "conv", b, Window2d.square(2), 3, 1, true)));
        return cases.stream();
    }

    private static Stream<GraphCase> dropouts() {
        List<GraphCase> cases = new ArrayList<>();
        for (float rate : new float[] {0, 0.3f, 0.9f}) {
            CaseBuilder c = new CaseBuilder("dropout " + rate + " of images", 3);
            Value row = c.rowNumbers();
            cases.add(c.squared(c.graph.add(new Dropout(rate, 3), c.images("front", 5, 7, 6), row)));
        }
        CaseBuilder c = new CaseBuilder("dropout of rows, batch 1", 1);
        cases.add(c.squared(c.graph.add(new Dropout(0.5f, 0), c.rows("front", 11), c.rowNumbers())));
        c = new CaseBuilder("two dropouts", 4);
        Value row = c.rowNumbers();
        Value x = c.graph.add(new Dropout(0.25f, 1), c.rows("front", 11), row);
        cases.add(c.squared(c.graph.add(new Dropout(0.25f, 2), GraphCases.dense(c, "dense", x, 9, true), row)));
        return cases.stream();
    }

    private static Stream<GraphCase> softmax() {
        CaseBuilder rows = new CaseBuilder("softmax of rows", 3);
        CaseBuilder steps = new CaseBuilder("softmax along the last of three axes", 2);
        Value x = steps.graph.add(new Reshape(Shape.of(2, 3, 4)), steps.rows("front", 12));

        return Stream.of(
                rows.squared(rows.graph.add(new Softmax(), rows.rows("front", 5))),
                steps.squared(steps.graph.add(new Softmax(), x)));
    }

    private static Stream<GraphCase> pixels() {
        List<GraphCase> cases = new ArrayList<>();
        for (Element element : List.of(Element.BYTE, Element.FLOAT)) {
            CaseBuilder c = new CaseBuilder("pixels of " + element, 3);
            double[] pixels = new double[3 * 6 * 5 * 3];
            Arrays.setAll(pixels, i -> i * 89 % 256);
            Value x = c.input("x", Tensor.of(new TensorType(element, Shape.of(3, 6, 5, 3)), pixels));
            Value image = c.graph.add(new Image(List.of(1 / 64f, 1 / 128f, 1 / 256f), List.of(-2f, -1f, -0.5f)), x);
            cases.add(c.squared(
                    GraphCases.conv(c, "conv", image, Window2d.square(3).pad(1), 4, 1, true)));
        }
        return cases.stream();
    }
}
