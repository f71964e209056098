package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first value that is not a finite number is found, and named by its layer, input or parameter. */
abstract class NonFiniteContract extends GraphContract {

    @ParameterizedTest
    @EnumSource(Precision.class)
    void nothingIsFoundWhereAllIsFinite(Precision precision) {
        assumeSupported(precision);
        try (CompiledCase compiled = compile(Networks.vgg(5), precision)) {
            assertThat(compiled.program.findNonFinite(compiled.source.key())).isEmpty();
            float[] additive = compiled.run().additive();
            assertThat(compiled.program.findNonFinite(compiled.source.key())).isEmpty();
            assertThat(compiled.run().additive()).isEqualTo(additive);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aBadInputIsNamed(double bad) {
        GraphCase c = Networks.separable(3);
        double[] image = c.inputs().get("image").numbers().clone();
        image[image.length / 2] = bad;
        Optional<NonFinite> found =
                find(c.withInput("image", Tensor.of(c.inputs().get("image").type(), image)));
        assertThat(found.map(NonFinite::layer)).contains("image");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void aBadParameterIsNamed(float bad) {
        GraphCase c = Networks.separable(3);
        float[] parameters = c.parameters().clone();
        parameters[c.graph().layout().parameters().entry("left.pointwise.bias").offset() + 1] = bad;
        assertThat(find(c.withParameters(parameters)).map(NonFinite::layer)).contains("left.pointwise.bias");
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theLayerThatOverflowsIsNamed(Precision precision) {
        assumeSupported(precision);
        GraphCase c = Networks.separable(3);
        FlatLayout.Entry weights = c.graph().layout().parameters().entry("gate.weights");
        float[] parameters = c.parameters().clone();
        for (int i = weights.offset(); i < weights.end(); i++) {
            parameters[i] = 3e38f;
        }
        // The gate squashes what overflows, so only the layer itself shows it.
        try (CompiledCase compiled = compile(c.withParameters(parameters), precision)) {
            Optional<NonFinite> found = compiled.program.findNonFinite(c.key());
            assertThat(found.map(NonFinite::layer)).contains("joined");
            assertThat(found.map(NonFinite::op).orElseThrow()).isNotBlank();
        }
    }

    @Test
    void aLossThatOverflowsIsNamed() {
        CaseBuilder c = new CaseBuilder("loss overflows", 3);
        Value x = c.rows("front", 4);
        c.graph.layer("large");
        Value w = c.parameter("large.weights", i -> 1e30, 1, 4);
        Value y = c.graph.add(new Dense(), x, w);
        c.graph.layer("small");
        Value v = c.parameter("small.weights", i -> 1e-30, 3, 1);
        GraphCase built = c.squared(c.graph.add(new Dense(), y, v));
        assertThat(find(built)).isEmpty();
        float[] parameters = built.parameters().clone();
        parameters[built.graph().layout().parameters().entry("small.weights").offset()] = 1e5f;
        // Forward all stays finite but the loss, whose square is beyond float32.
        assertThat(find(built.withParameters(parameters)).map(NonFinite::layer)).contains("loss");
    }

    private Optional<NonFinite> find(GraphCase c) {
        try (CompiledCase compiled = compile(c, Precision.FLOAT32)) {
            Optional<NonFinite> found = compiled.program.findNonFinite(c.key());
            compiled.run();
            assertThat(compiled.program.findNonFinite(c.key())).isEqualTo(found);
            return found;
        }
    }
}
