package org.sparkmlext.net;

import java.util.Collections;
import java.util.List;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.Multiply;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.GlobalPoolLayer;
import org.sparkmlext.net.layer.JsonFields;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerContext;

/**
 * A layer as a user writes one: weighs the channels of an image by what a small network makes of their means (Hu et al. 2018).
 *
 * @param ratio how much narrower the small network is than the image has channels
 */
public record SqueezeExcitation(int ratio) implements Layer {

    public static SqueezeExcitation read(JsonFields fields) {
        return new SqueezeExcitation(fields.integer("ratio", 16));
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("ratio", ratio);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value image = context.singleImage(inputs);
        Shape shape = context.shape(image);
        int channels = shape.size(1);
        Value means = context.apply("mean", new GlobalPoolLayer(GlobalPoolLayer.Statistic.AVERAGE), image);
        Value narrow = context.apply(
                "squeeze", DenseLayer.of(Math.max(1, channels / ratio)).activation("relu"), means);
        Value weights = context.apply("excite", DenseLayer.of(channels).activation("sigmoid"), narrow);
        Value pixel = context.add(new Reshape(Shape.of(shape.size(0), channels, 1, 1)), weights);
        Value row = repeat(context, pixel, 3, shape.size(3));
        return context.add(new Multiply(), image, repeat(context, row, 2, shape.size(2)));
    }

    private static Value repeat(LayerContext context, Value value, int axis, int times) {
        return times == 1
                ? value
                : context.add(
                        new Concat(axis), Collections.nCopies(times, value).toArray(Value[]::new));
    }
}
