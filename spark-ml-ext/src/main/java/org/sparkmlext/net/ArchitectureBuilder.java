package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.sparkmlext.net.layer.ActivationLayer;
import org.sparkmlext.net.layer.AveragePool2dLayer;
import org.sparkmlext.net.layer.BatchNormLayer;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.DepthwiseConv2dLayer;
import org.sparkmlext.net.layer.DropoutLayer;
import org.sparkmlext.net.layer.GlobalPoolLayer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.MaxPool2dLayer;
import org.sparkmlext.net.layer.MergeLayer;
import org.sparkmlext.net.layer.MergeLayer.Merge;
import org.sparkmlext.net.layer.Padding;
import org.sparkmlext.net.layer.ReshapeLayer;

/**
 * Puts layers one after the other; each reads the one before it unless told otherwise. Layers without a name get their kind and a
 * number, {@code conv2d-1}. Shortcuts take Keras's defaults; {@code add(Conv2dLayer.of(64, 3).strides(2))} reaches the rest.
 *
 * @param <B> the builder's own type
 */
public abstract class ArchitectureBuilder<B extends ArchitectureBuilder<B>> {

    private final NetworkInput input;
    private final List<Step> steps = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private String last = Architecture.INPUT;

    protected ArchitectureBuilder(NetworkInput input) {
        this.input = input;
    }

    /** This. */
    protected abstract B self();

    /** What was built; faults as in {@link Architecture}. */
    protected Architecture architecture() {
        return new Architecture(input, steps);
    }

    /** Adds a layer that reads the one before it. */
    public B add(Layer layer) {
        return add(freeName(layer.kind()), layer);
    }

    /** Adds a layer with a name, which reads the layers named, or the one before it where none is. */
    public B add(String name, Layer layer, String... inputs) {
        steps.add(new Step(name, layer, inputs.length == 0 ? List.of(last) : Arrays.asList(inputs)));
        names.add(name);
        last = name;
        return self();
    }

    private String freeName(String kind) {
        String stem = kind.substring(kind.lastIndexOf('.') + 1);
        int number = 1;
        while (names.contains(stem + "-" + number)) {
            number++;
        }
        return stem + "-" + number;
    }

    /** The next layer reads this one, or {@link Architecture#INPUT}. */
    public B from(String name) {
        last = name;
        return self();
    }

    /** Name of the layer that the next one reads. */
    public String last() {
        return last;
    }

    /** A convolution with a square kernel, stride 1, padding valid. */
    public B conv2d(int filters, int kernel, String activation) {
        return add(Conv2dLayer.of(filters, kernel).activation(activation));
    }

    /** A convolution of each channel by itself, stride 1, padding valid. */
    public B depthwiseConv2d(int kernel, String activation) {
        return add(DepthwiseConv2dLayer.of(kernel).activation(activation));
    }

    /** A convolution of each channel by itself with padding same, then one of 1x1 over all channels (Chollet 2017). */
    public B separableConv2d(int filters, int kernel, String activation) {
        add(DepthwiseConv2dLayer.of(kernel).padding(Padding.SAME).withoutBias());
        return conv2d(filters, 1, activation);
    }

    public B batchNorm() {
        return add(BatchNormLayer.of());
    }

    /** See {@link org.sparkmlext.net.layer.ActivationText} for the names. */
    public B activation(String activation) {
        return add(new ActivationLayer(activation));
    }

    /** Square windows that touch. */
    public B maxPool2d(int size) {
        return add(MaxPool2dLayer.of(size));
    }

    /** Square windows that touch. */
    public B averagePool2d(int size) {
        return add(AveragePool2dLayer.of(size));
    }

    public B globalAveragePool() {
        return add(new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE));
    }

    public B globalMaxPool() {
        return add(new GlobalPoolLayer(GlobalPoolLayer.Statistic.MAX));
    }

    public B dropout(double rate) {
        return add(new DropoutLayer((float) rate));
    }

    public B flatten() {
        return add(ReshapeLayer.flatten());
    }

    /** Sizes without the batch; one may be -1. */
    public B reshape(Integer... sizes) {
        return add(new ReshapeLayer(List.of(sizes)));
    }

    public B dense(int units, String activation) {
        return add(DenseLayer.of(units).activation(activation));
    }

    /** Sum of layers, element by element. */
    public B sum(String... inputs) {
        return merge(Merge.ADD, inputs);
    }

    /** Product of layers, element by element. */
    public B multiply(String... inputs) {
        return merge(Merge.MULTIPLY, inputs);
    }

    /** Layers one after the other: channels of images, values of vectors. */
    public B concat(String... inputs) {
        return merge(Merge.CONCAT, inputs);
    }

    private B merge(Merge merge, String... inputs) {
        Layer layer = new MergeLayer(merge);
        return add(freeName(layer.kind()), layer, inputs);
    }

    /** What {@code block} makes of the last layer, plus the last layer (He et al. 2016). */
    public B residual(Consumer<B> block) {
        return residual(block, shortcut -> {});
    }

    /** What {@code block} makes of the last layer, plus what {@code shortcut} makes of it. */
    public B residual(Consumer<B> block, Consumer<B> shortcut) {
        String start = last;
        block.accept(self());
        String end = last;
        shortcut.accept(from(start));
        return sum(end, last);
    }

    /** The head: a dense layer of so many outputs. Where it is left out, one that fits the data is added. */
    public B output(int units) {
        return add(Architecture.OUTPUT, DenseLayer.of(units));
    }
}
