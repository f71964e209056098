package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.PoolSteps;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StepsAsPixels;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * Mean or largest value of each channel of an image C x H x W, or of each feature over the steps that a row of a sequence, steps x C, has.
 * Output: a vector of C values.
 */
public record GlobalPoolLayer(Statistic statistic) implements Layer {

    static final String AVERAGE_KIND = "global-average-pool";
    static final String MAX_KIND = "global-max-pool";

    /** What is taken of a channel. */
    public enum Statistic {
        AVERAGE,
        MAX
    }

    @Override
    public String kind() {
        return statistic == Statistic.AVERAGE ? AVERAGE_KIND : MAX_KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        // The kind says it all.
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value input = context.single(inputs);
        boolean isSequence = context.shape(input).rank() == 3;
        Value lengths = isSequence ? context.lengths(input) : null;
        if (lengths != null) {
            boolean isMean = statistic == Statistic.AVERAGE;
            return context.add(
                    new PoolSteps(isMean ? PoolSteps.Statistic.MEAN : PoolSteps.Statistic.MAX), input, lengths);
        }
        Value image = isSequence ? context.add(new StepsAsPixels(), input) : context.singleImage(inputs);
        Shape shape = context.shape(image);
        Window2d window = Window2d.whole(shape);
        Value pooled = context.add(
                statistic == Statistic.AVERAGE ? new AveragePool2d(window, false) : new MaxPool2d(window), image);
        return context.add(new Reshape(Shape.of(shape.size(0), shape.size(1))), pooled);
    }
}
