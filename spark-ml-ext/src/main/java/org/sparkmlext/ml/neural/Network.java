package org.sparkmlext.ml.neural;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.ArchitectureBuilder;
import org.sparkmlext.net.ImageInput;
import org.sparkmlext.net.NetworkInput;
import org.sparkmlext.net.Presets;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.VectorInput;
import org.sparkmlext.net.layer.LayerKinds;

/**
 * A network to be trained: layers on an input, built here, read from JSON or taken from a preset. Immutable; that all shapes fit is
 * checked when it is made.
 *
 * <pre>{@code
 * Network network = Network.image(28, 28, 1)
 *         .conv2d(32, 3, "relu")
 *         .maxPool2d(2)
 *         .residual(block -> block.add(Conv2dLayer.of(32, 3).padding(Padding.SAME)).batchNorm())
 *         .activation("relu")
 *         .flatten()
 *         .dense(128, "relu")
 *         .dropout(0.5)
 *         .build();
 * System.out.println(network.summary());
 * }</pre>
 *
 * <p>The head, a layer named {@code output}, is added by the estimator when the number of classes is known.
 */
public final class Network {

    private final Architecture architecture;

    private Network(Architecture architecture) {
        this.architecture = architecture;
    }

    public static Network of(Architecture architecture) {
        return new Network(architecture);
    }

    /**
     * A layer in the summary.
     *
     * @param kind such as {@code conv2d}
     * @param output shape of what it gives a row, such as {@code 8x26x26}, channels first
     * @param parameters trained numbers
     */
    public record LayerLine(String name, String kind, String output, long parameters) {}

    /** Begins a network on images of bytes, which become numbers from 0 to 1. */
    public static Builder image(int height, int width, int channels) {
        return builder(ImageInput.bytes(height, width, channels));
    }

    /** Begins a network on vectors. */
    public static Builder vector(int length) {
        return builder(new VectorInput(length));
    }

    /** Begins a network on sequences of so many steps with so many numbers each, see {@link SequenceInput}. */
    public static Builder sequence(int steps, int features) {
        return builder(SequenceInput.of(steps, features));
    }

    /** Begins a network on any input, for example images that are standardised. */
    public static Builder builder(NetworkInput input) {
        return new Builder(input);
    }

    /**
     * A network by name, see {@link Presets}.
     *
     * @throws IllegalArgumentException if there is none of that name, or the images are too small for it
     */
    public static Network preset(String name, int height, int width, int channels) {
        return of(Presets.named(name, ImageInput.bytes(height, width, channels)));
    }

    /** @throws IllegalArgumentException if the text is no network that this library knows; the message says where and what is allowed */
    public static Network fromJson(String json) {
        return of(Architecture.fromJson(json));
    }

    /** With layers of the caller's own. */
    public static Network fromJson(String json, LayerKinds kinds) {
        return of(Architecture.fromJson(json, kinds));
    }

    /** As JSON, one line a layer; the same network gives the same text. */
    public String toJson() {
        return architecture.toJson();
    }

    /** A table of layers, shapes and parameter counts. */
    public String summary() {
        return architecture.summary();
    }

    /** The same, with what is trained when the layers up to one, itself included, are frozen. */
    public String summary(String freezeUntil) {
        return architecture.summary(freezeUntil);
    }

    /** The lines of the summary, in the order in which layers are computed. */
    public List<LayerLine> layerLines() {
        return architecture.steps().stream()
                .map(step -> new LayerLine(
                        step.name(),
                        step.layer().kind(),
                        architecture.shapeText(step.name()),
                        architecture.numParameters(step.name())))
                .toList();
    }

    /** Trained numbers in all. */
    public long numParameters() {
        return architecture.numParameters();
    }

    /** What it is made of. */
    public Architecture architecture() {
        return architecture;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Network that && architecture.equals(that.architecture);
    }

    @Override
    public int hashCode() {
        return architecture.hashCode();
    }

    @Override
    public String toString() {
        return architecture.toString();
    }

    /** Builds a {@link Network} layer by layer. */
    public static final class Builder extends ArchitectureBuilder<Builder> {
        private Builder(NetworkInput input) {
            super(input);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /** @throws IllegalArgumentException if names or shapes do not fit; the message names the layer and gives the shapes */
        public Network build() {
            return of(architecture());
        }
    }
}
