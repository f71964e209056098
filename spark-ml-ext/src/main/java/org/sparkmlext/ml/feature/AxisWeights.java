package org.sparkmlext.ml.feature;

/**
 * How one axis of an image is resampled: output {@code i} is the sum of {@code weights[i][k] * input[starts[i] + k]}. The weights of
 * an output sum up to 1. Pixels are squares: the centre of pixel {@code p} lies at {@code p + 0.5}.
 */
record AxisWeights(int[] starts, float[][] weights) {

    /**
     * Linear interpolation between the two pixels whose centres lie around that of the output; at the border the last pixel goes on.
     *
     * @param inputs pixels of the input
     * @param from where the window of the input begins, in pixels
     * @param length length of the window
     * @param outputs pixels of the output
     */
    static AxisWeights linear(int inputs, double from, double length, int outputs) {
        int[] starts = new int[outputs];
        float[][] weights = new float[outputs][];
        for (int i = 0; i < outputs; i++) {
            double centre = from + (i + 0.5) * length / outputs - 0.5;
            double clamped = Math.max(0, Math.min(inputs - 1.0, centre));
            starts[i] = (int) Math.min(clamped, Math.max(0, inputs - 2));
            float right = (float) (clamped - starts[i]);
            weights[i] = inputs == 1 ? new float[] {1} : new float[] {1 - right, right};
        }
        return new AxisWeights(starts, weights);
    }

    /** The mean over the part of the window that the output pixel covers; linear where outputs are no larger than inputs. */
    static AxisWeights area(int inputs, double from, double length, int outputs) {
        double scale = length / outputs;
        if (scale <= 1) {
            return linear(inputs, from, length, outputs);
        }
        int[] starts = new int[outputs];
        float[][] weights = new float[outputs][];
        for (int i = 0; i < outputs; i++) {
            double begin = Math.max(0, from + i * scale);
            double end = Math.min(inputs, from + (i + 1) * scale);
            starts[i] = (int) begin;
            int last = (int) Math.min(inputs - 1.0, Math.ceil(end) - 1);
            weights[i] = new float[last - starts[i] + 1];
            for (int k = 0; k < weights[i].length; k++) {
                double covered = Math.min(end, starts[i] + k + 1.0) - Math.max(begin, starts[i] + k);
                weights[i][k] = (float) (covered / (end - begin));
            }
        }
        return new AxisWeights(starts, weights);
    }
}
