package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.Backend;

/** What a back end of which libraries compute the large products in bfloat16 must give, and that they do compute them. */
public abstract class ProductsContract {

    protected abstract Backend open();

    @Nested
    class LargeDense extends LargeDenseContract {
        @Override
        protected Backend open() {
            return ProductsContract.this.open();
        }

        /** In float32 no library is asked. */
        @Override
        void assumeSupported(Precision precision) {
            assumeTrue(precision == Precision.BFLOAT16, "libraries compute in bfloat16 only");
        }
    }

    @Nested
    class Convolutions extends GraphContract {
        @Override
        protected Backend open() {
            return ProductsContract.this.open();
        }

        static Stream<GraphCase> cases() {
            Window2d three = Window2d.square(3);
            Map<String, Window2d> windows = new LinkedHashMap<>();
            windows.put("1x1", Window2d.square(1));
            windows.put("1x1 pad 1", Window2d.square(1).pad(1));
            windows.put("1x1 stride 2", Window2d.square(1).stride(2));
            windows.put("3x3", three);
            windows.put("3x3 pad 1", three.pad(1));
            windows.put("3x3 stride 2 pad 1", three.stride(2).pad(1));
            windows.put("3x3 dilation 2 pad 2", three.dilation(2).pad(2));
            windows.put("2x2 stride 3: pixels left over", Window2d.square(2).stride(3));
            windows.put("4x4 stride 3 same", Window2d.square(4).stride(3).same(7, 6));
            windows.put("5x3, strides 2 and 1, four paddings", new Window2d(5, 3, 2, 1, 1, 0, 2, 3, 1, 1));
            windows.put("2x3, dilation 3 and 1", new Window2d(2, 3, 1, 2, 2, 0, 1, 1, 3, 1));
            List<GraphCase> cases = new ArrayList<>();
            for (int channels : new int[] {5, 128}) {
                windows.forEach((name, window) -> cases.add(ofNorm(name, channels, window)));
            }
            return Stream.concat(
                    cases.stream(),
                    GraphCases.all()
                            .filter(c -> c.graph().nodes().stream().anyMatch(node -> node.op() instanceof Conv2d)));
        }

        private static GraphCase ofNorm(String name, int channels, Window2d window) {
            CaseBuilder c = new CaseBuilder("conv " + name + " of " + channels + " channels, norm", 3);
            Value x = c.images("front", channels, 7, 6);
            x = GraphCases.conv(c, "conv", x, window, 11, 1, false);
            return c.squared(GraphCases.norm(c, "norm", x, 1e-3));
        }

        @ParameterizedTest
        @MethodSource("cases")
        void everyValueAgrees(GraphCase c) {
            Closeness closeness = Closeness.ofNetwork(Precision.BFLOAT16);
            GraphCase open = c.withInnerValues();
            ReferenceInterpreter.Values expected = reference(open);
            double[] sums = expected.additive(Tensor.doubles(c.state()));
            try (CompiledCase compiled = compile(c, Precision.BFLOAT16)) {
                closeness.checkAdditive(c.graph().layout(), compiled.run().additive(), sums);
            }
            try (CompiledCase compiled = compile(open, Precision.BFLOAT16)) {
                closeness.checkAdditive(c.graph().layout(), compiled.run().additive(), sums);
                open.graph()
                        .outputs()
                        .forEach((name, value) -> closeness.check(
                                c + ": " + name,
                                compiled.output(name),
                                expected.get(value).numbers()));
            }
        }
    }

    private static Graph network(int rows) {
        CaseBuilder c = new CaseBuilder("network", rows);
        Value x = c.images("front", 8, 8, 8);
        Map<String, Window2d> windows = new LinkedHashMap<>();
        windows.put("padded", Window2d.square(3).pad(1));
        windows.put("pointwise", Window2d.square(1));
        windows.put("same", Window2d.square(2).same(8, 8));
        windows.put("dilated", Window2d.square(2).dilation(2).pad(1));
        windows.put("pointwise, padded", Window2d.square(1).pad(1));
        windows.put("strided", Window2d.square(2).stride(2));
        for (Map.Entry<String, Window2d> window : windows.entrySet()) {
            c.graph.layer(window.getKey());
            x = GraphCases.conv(c, window.getKey(), x, window.getValue(), 8, 1, false);
        }
        c.graph.layer("biased");
        x = GraphCases.conv(c, "biased", x, Window2d.square(3).pad(1), 8, 1, true);
        c.graph.layer("large");
        x = GraphCases.dense(c, "large", x, 1400, false);
        c.graph.layer("small");
        x = GraphCases.dense(c, "small", x, 3, false);
        return c.squared(x).graph();
    }

    /** What computes the products of a network, by layer and op. */
    private static TreeSet<String> products(Backend backend, Graph graph, Precision precision) {
        try (ModelMemory memory = backend.graphs().allocate(graph.layout(), true);
                Program program = backend.graphs().compile(graph, precision, memory)) {
            TreeSet<String> products = new TreeSet<>();
            for (StepTime step : program.profile(new RunKey(0, 0), 1)) {
                if (step.detail().equals("cudnn") || step.detail().equals("cublasLt")) {
                    products.add(step.layer() + ": " + step.what() + ": " + step.detail());
                }
            }
            return products;
        }
    }

    /** All but those with a bias, of windows' weights, of images under strides, of windows that are padded unlike, and small dense layers. */
    @Test
    void librariesComputeWhatTheyCan() {
        try (Backend backend = open()) {
            assertThat(products(backend, network(64), Precision.BFLOAT16))
                    .containsExactly(
                            "biased: conv2d.input-gradient: cudnn",
                            "dilated: conv2d.input-gradient: cudnn",
                            "dilated: conv2d: cudnn",
                            "large: dense.input-gradient: cublasLt",
                            "large: dense.weight-gradient: cublasLt",
                            "large: dense: cublasLt",
                            "padded: conv2d.input-gradient: cudnn",
                            "padded: conv2d: cudnn",
                            "pointwise, padded: conv2d.input-gradient: cudnn",
                            "pointwise, padded: conv2d: cudnn",
                            "pointwise: conv2d.input-gradient: cublasLt",
                            "pointwise: conv2d.weight-gradient: cublasLt",
                            "pointwise: conv2d: cublasLt",
                            "strided: conv2d: cudnn");
            assertThat(products(backend, network(2), Precision.FLOAT32)).isEmpty();
        }
    }
}
