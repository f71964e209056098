package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Forecasts of normalised windows in the units of the series: {@code y[n,j] = level[n,c] + scale[n,c] * x[n,j]}, c the channel that
 * output j is a forecast of.
 *
 * <p>Inputs: x N x M, level and scale FLOAT N x K of {@link WindowScale}. Output: FLOAT N x M. Outputs are step after step, in each the
 * channels, for each of them its quantiles: {@code c = channels[j / quantiles % channels.size()]}. The gradient is that of x alone.
 *
 * @param channels features of the window, each 0 to K - 1
 * @param quantiles outputs a channel and step, at least 1
 */
public record WindowDenorm(List<Integer> channels, int quantiles) implements Op {

    public WindowDenorm {
        channels = List.copyOf(channels);
        if (channels.isEmpty() || quantiles < 1) {
            throw new IllegalArgumentException("there are " + channels.size() + " channels with " + quantiles
                    + " outputs each; allowed: at least 1 of both");
        }
    }

    /** The channel of each of {@code outputs} outputs. */
    public int[] channelsOf(int outputs) {
        int[] all = new int[outputs];
        for (int j = 0; j < outputs; j++) {
            all[j] = channels.get(j / quantiles % channels.size());
        }
        return all;
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(3).rank(0, 2).rank(1, 2).numeric(0);
        Shape x = inputs.shape(0);
        checkOutputs(inputs);
        int features = inputs.shape(1).size(1);
        inputs.require(
                channels.stream().allMatch(c -> c >= 0 && c < features),
                "channels are " + channels + ", the window has 0 to " + (features - 1));
        for (int i = 1; i <= 2; i++) {
            inputs.element(i, Element.FLOAT).shape(i, Shape.of(x.size(0), features));
        }
        return List.of(new TensorType(Element.FLOAT, x));
    }

    private void checkOutputs(Inputs inputs) {
        int each = Math.multiplyExact(channels.size(), quantiles);
        inputs.require(
                inputs.shape(0).size(1) % each == 0,
                "outputs must be a multiple of " + channels.size() + " channels x " + quantiles + " quantiles");
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        Node made = backward.add(node, new Gradient(this), backward.gradient(node.output(0)), node.input(2));
        backward.contribute(node.input(0), made.output(0));
    }

    /** Inputs: gradient of y, scale. Output: gradient of x. */
    public record Gradient(WindowDenorm of) implements Op {
        @Override
        public List<TensorType> types(List<TensorType> types) {
            Inputs inputs =
                    new Inputs(this, types).count(2).rank(0, 2).rank(1, 2).numeric(0);
            of.checkOutputs(inputs);
            inputs.element(1, Element.FLOAT);
            return List.of(TensorType.number(inputs.shape(0)));
        }
    }
}
