package org.sparkmlext.peers;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Our preset {@code lstm-attention}: two LSTMs of 128 with dropout between, the mean of the steps weighted by the softmax of v . tanh(W h +
 * b), dense 64 with ReLU, one number. Not thread-safe.
 */
final class TorchSequences implements TorchModel {
    static final String NAME = "lstm-attention";
    static final long STEPS = 60;
    static final long FEATURES = 10;

    private static final long UNITS = 128;
    private static final long GATES = 4 * UNITS;
    private static final long DENSE = 64;
    private static final int LAYERS = 2;
    private static final double DROPOUT = 0.2;
    private static final double BOUND = Math.sqrt(1.0 / UNITS);

    private final TensorVector parameters = new TensorVector();
    private final TensorVector start;
    private final TensorVector lstm = new TensorVector();
    private final Tensor attention = uniform(UNITS, UNITS);
    private final Tensor attentionBias = uniform(UNITS);
    private final Tensor query = uniform(1, UNITS);
    private final Tensor dense = uniform(DENSE, UNITS);
    private final Tensor denseBias = uniform(DENSE);
    private final Tensor head = uniform(1, DENSE);
    private final Tensor headBias = uniform(1);

    TorchSequences(long batch) {
        start = new TensorVector(torch.zeros(LAYERS, batch, UNITS), torch.zeros(LAYERS, batch, UNITS));
        for (int layer = 0; layer < LAYERS; layer++) {
            lstm.push_back(uniform(GATES, layer == 0 ? FEATURES : UNITS));
            lstm.push_back(uniform(GATES, UNITS));
            lstm.push_back(uniform(GATES));
            lstm.push_back(uniform(GATES));
        }
    }

    private Tensor uniform(long... sizes) {
        Tensor tensor = torch.rand(sizes)
                .mul(new Scalar((float) (2 * BOUND)))
                .sub(new Scalar((float) BOUND))
                .detach();
        tensor.set_requires_grad(true);
        parameters.push_back(tensor);
        return tensor;
    }

    @Override
    public TensorVector parameters() {
        return parameters;
    }

    /** Mean squared error of a batch. */
    @Override
    public Tensor loss(Tensor sequences, Tensor targets) {
        Tensor steps = torch.lstm(sequences, start, lstm, true, LAYERS, DROPOUT, true, false, true)
                .get0();
        Tensor scores = torch.linear(
                torch.tanh(torch.linear(steps, attention, new TensorOptional(attentionBias))),
                query);
        Tensor pooled = torch.softmax(scores, 1).mul(steps).sum(1);
        Tensor x = torch.relu(torch.linear(pooled, dense, new TensorOptional(denseBias)));
        Tensor forecast = torch.linear(x, head, new TensorOptional(headBias));
        return torch.mse_loss(forecast.toType(torch.ScalarType.Float), targets);
    }
}
