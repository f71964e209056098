package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Adds to each step waves that tell where it is (Vaswani et al. 2017): {@code y[n,t,k] = x[n,t,k] + p(t, k)} with {@code p(t, 2i) =
 * sin(t / 10000^(2i/K))}, {@code p(t, 2i+1) = cos(t / 10000^(2i/K))}. Input and output: N x T x K.
 */
public record PositionalEncoding() implements Op {

    private static final double LONGEST = 10_000;

    /** What is added to the sequences of a shape N x T x K, T x K in plain order. */
    public static float[] table(Shape sequences) {
        int features = sequences.size(2);
        float[] table = new float[sequences.elementsPerRow()];
        for (int i = 0; i < table.length; i++) {
            int k = i % features;
            double angle = i / features / Math.pow(LONGEST, (k - k % 2) / (double) features);
            table[i] = (float) (k % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
        }
        return table;
    }

    @Override
    public List<TensorType> types(List<TensorType> types) {
        Inputs inputs = new Inputs(this, types).count(1).rank(0, 3).numeric(0);
        return List.of(TensorType.number(inputs.shape(0)));
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        backward.contribute(node.input(0), backward.gradient(node.output(0)));
    }
}
