package org.sparkmlext.kernels.cpu.graph;

import java.util.List;
import java.util.Random;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/** Networks for tests and benchmarks, built layer by layer as {@code net} will build them. */
final class Networks {

    private final GraphBuilder builder;
    private final Value rowNumbers;
    private Value x;
    private int layers;

    private Networks(int rows, int channels, int size) {
        builder = new GraphBuilder(rows);
        Value pixels = builder.input("images", new TensorType(Element.BYTE, Shape.of(rows, size, size, channels)));
        rowNumbers = builder.input("rows", new TensorType(Element.LONG, Shape.of(rows)));
        float scale = 1 / 64f;
        x = builder.add(
                new Image(java.util.Collections.nCopies(channels, scale), java.util.Collections.nCopies(channels, -2f)),
                pixels);
    }

    private Shape shape() {
        return builder.type(x).shape();
    }

    private String begin(String kind) {
        String name = kind + ++layers;
        builder.layer(name);
        return name;
    }

    private Networks conv(int outputs) {
        String name = begin("conv");
        Value w = builder.parameter(name + ".weights", Shape.of(outputs, shape().size(1), 3, 3));
        Value b = builder.parameter(name + ".bias", Shape.of(outputs));
        x = builder.add(new Conv2d(Window2d.square(3).pad(1), 1), x, w, b);
        return this;
    }

    private Networks norm() {
        String name = begin("norm");
        int channels = shape().size(1);
        Value scale = builder.parameter(name + ".scale", Shape.of(channels));
        Value shift = builder.parameter(name + ".shift", Shape.of(channels));
        builder.state(name + ".mean", Shape.of(channels));
        builder.state(name + ".variance", Shape.of(channels));
        Node made = builder.addNode(new BatchNorm(1e-5f), x, scale, shift);
        builder.statistic(name + ".mean", made.output(1));
        builder.statistic(name + ".variance", made.output(2));
        x = made.output(0);
        return this;
    }

    private Networks relu() {
        x = builder.add(Activation.of(Activation.Function.RELU), x);
        return this;
    }

    private Networks pool() {
        begin("pool");
        x = builder.add(new MaxPool2d(Window2d.square(2).stride(2)), x);
        return this;
    }

    private Networks dropout(float rate) {
        begin("dropout");
        x = builder.add(new Dropout(rate, layers), x, rowNumbers);
        return this;
    }

    private Networks dense(int units) {
        String name = begin("dense");
        Value w = builder.parameter(name + ".weights", Shape.of(units, shape().elementsPerRow()));
        Value b = builder.parameter(name + ".bias", Shape.of(units));
        x = builder.add(new Dense(), x, w, b);
        return this;
    }

    private Graph classify(boolean isTraining) {
        int rows = builder.rows();
        builder.layer("loss");
        Value labels = builder.input("labels", new TensorType(Element.INT, Shape.of(rows)));
        Value weights = builder.input("weights", TensorType.floats(rows));
        Node loss = builder.addNode(new Loss(new LossFunction.CrossEntropy(0, 0)), x, labels, weights);
        builder.sum(ModelLayout.LOSS, loss.output(0));
        builder.sum(ModelLayout.WEIGHT, loss.output(1));
        builder.sum("correct", builder.add(new Correct(), x, labels, weights));
        builder.output("logits", x);
        return isTraining ? builder.buildTraining(name -> true, loss.output(0)) : builder.build();
    }

    /** The small CNN of the prototype. */
    static Graph small(int rows) {
        return new Networks(rows, 1, 28)
                .conv(32)
                .relu()
                .conv(64)
                .relu()
                .pool()
                .dense(128)
                .relu()
                .dense(10)
                .classify(true);
    }

    /** {@code vgg-cifar}, as in the prototype: the second normalisation of the classifier has ReLU, too. */
    static Graph vgg(int rows) {
        Networks net = new Networks(rows, 3, 32);
        for (int channels : new int[] {64, 128, 256}) {
            net.conv(channels).norm().relu().conv(channels).norm().relu().pool().dropout(0.25f);
        }
        return net.dense(512).norm().relu().dropout(0.5f).dense(10).classify(true);
    }

    /** A CNN small enough for tests, with every kind of layer of the above. */
    static Graph tiny(int rows) {
        return new Networks(rows, 3, 8)
                .conv(20)
                .norm()
                .relu()
                .pool()
                .dropout(0.25f)
                .conv(16)
                .relu()
                .dense(32)
                .norm()
                .relu()
                .dense(4)
                .classify(true);
    }

    /** Initial parameters: He for weights, 1 for scales, 0 for the rest. */
    static float[] initial(FlatLayout layout, long seed) {
        Random random = new Random(seed);
        float[] all = new float[layout.length()];
        for (FlatLayout.Entry entry : layout.entries()) {
            List<Integer> sizes = entry.shape().sizes();
            double deviation = Math.sqrt(2.0 / entry.shape().elementsPerRow());
            for (int i = entry.offset(); i < entry.end(); i++) {
                all[i] = sizes.size() > 1
                        ? (float) (random.nextGaussian() * deviation)
                        : entry.name().endsWith("scale") ? 1 : 0;
            }
        }
        return all;
    }
}
