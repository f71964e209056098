package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.WindowDenorm;

/**
 * Forecasts in the units of the series: each output is {@code level + scale * x} of the window's channel that it is a forecast of. Inputs:
 * a vector of horizon * channels * quantiles values (step after step, in each the channels, for each its quantiles), and the network's
 * input that a {@link WindowNormLayer} of the same settings has normalised. Output: as many values.
 *
 * @param norm what was done to the window
 * @param channels the window's features that are forecast
 * @param quantiles values a channel and step
 */
public record WindowDenormLayer(WindowNormLayer norm, List<Integer> channels, int quantiles) implements Layer {

    static final String KIND = "window-denorm";

    public WindowDenormLayer {
        channels = new WindowDenorm(channels, quantiles).channels();
    }

    static WindowDenormLayer read(JsonFields fields) {
        return new WindowDenormLayer(
                WindowNormLayer.read(fields), fields.integers("channels"), fields.integer("quantiles", 1));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        norm.write(fields);
        fields.put("channels", channels).put("quantiles", quantiles);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        if (inputs.size() != 2) {
            throw context.fault("takes 2 inputs, the forecasts and the windows they were made of; got "
                    + inputs.stream().map(context::describe).toList());
        }
        Value windows = context.singleSequence(inputs.subList(1, 2));
        Node scale = norm.scale(context, windows);
        return context.add(new WindowDenorm(channels, quantiles), inputs.get(0), scale.output(0), scale.output(1));
    }
}
