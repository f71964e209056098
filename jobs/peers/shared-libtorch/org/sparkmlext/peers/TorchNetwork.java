package org.sparkmlext.peers;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The networks for images that are timed, layer by layer as ours. Not thread-safe. */
final class TorchNetwork implements TorchModel {
    private static final long[] ONE = {1, 1};
    private static final int[] VGG_CHANNELS = {3, 64, 64, 128, 128, 256, 256};
    private static final double BLOCK_DROPOUT = 0.25;
    private static final double DENSE_DROPOUT = 0.5;

    private final boolean isVgg;
    private final boolean isChannelsLast;
    private final TensorVector parameters = new TensorVector();
    private final Convolution[] convolutions;
    private final Norm[] norms;
    private final Dense dense;
    private final Norm denseNorm;
    private final Dense head;

    TorchNetwork(String name, boolean isChannelsLast) {
        this.isChannelsLast = isChannelsLast;
        isVgg = name.equals("vgg-cifar");
        if (!isVgg && !name.equals("small-cnn")) {
            throw new IllegalArgumentException("network is '" + name + "'; known are vgg-cifar, small-cnn");
        }
        int[] channels = isVgg ? VGG_CHANNELS : new int[] {1, 32, 64};
        convolutions = new Convolution[channels.length - 1];
        norms = new Norm[convolutions.length];
        for (int i = 0; i < convolutions.length; i++) {
            convolutions[i] = new Convolution(channels[i], channels[i + 1]);
            norms[i] = new Norm(isVgg ? channels[i + 1] : 0);
        }
        dense = isVgg ? new Dense(256 * 16, 512) : new Dense(64 * 14 * 14, 128);
        denseNorm = new Norm(isVgg ? 512 : 0);
        head = isVgg ? new Dense(512, 10) : new Dense(128, 10);
    }

    @Override
    public TensorVector parameters() {
        return parameters;
    }

    /** Mean cross-entropy of a batch. */
    @Override
    public Tensor loss(Tensor images, Tensor labels) {
        Tensor x = images;
        for (int i = 0; i < convolutions.length; i++) {
            x = torch.relu(norms[i].of(convolutions[i].of(x)));
            if (isVgg && i % 2 == 1) {
                x = torch.dropout(torch.max_pool2d(x, 2, 2), BLOCK_DROPOUT, true);
            }
        }
        if (!isVgg) {
            x = torch.max_pool2d(x, 2, 2);
        }
        x = torch.relu(denseNorm.of(dense.of(x.flatten(1, -1))));
        if (isVgg) {
            x = torch.dropout(x, DENSE_DROPOUT, true);
        }
        return torch.cross_entropy_loss(head.of(x).toType(torch.ScalarType.Float), labels);
    }

    private Tensor weights(double deviation, long... sizes) {
        Tensor random = torch.randn(sizes).mul(new Scalar((float) deviation)).detach();
        return trained(
                isChannelsLast && sizes.length == 4 ? random.contiguous(torch.MemoryFormat.ChannelsLast) : random);
    }

    private Tensor trained(Tensor tensor) {
        tensor.set_requires_grad(true);
        parameters.push_back(tensor);
        return tensor;
    }

    private final class Convolution {
        private final Tensor weights;
        private final Tensor bias;

        Convolution(long inputs, long outputs) {
            weights = TorchNetwork.this.weights(Math.sqrt(2.0 / (9 * inputs)), outputs, inputs, 3, 3);
            bias = trained(torch.zeros(outputs));
        }

        Tensor of(Tensor x) {
            return torch.conv2d(x, weights, new TensorOptional(bias), ONE, ONE, ONE, 1);
        }
    }

    private final class Dense {
        private final Tensor weights;
        private final Tensor bias;

        Dense(long inputs, long outputs) {
            weights = TorchNetwork.this.weights(Math.sqrt(1.0 / inputs), outputs, inputs);
            bias = trained(torch.zeros(outputs));
        }

        Tensor of(Tensor x) {
            return torch.linear(x, weights, new TensorOptional(bias));
        }
    }

    /** Batch normalisation; with 0 channels nothing. */
    private final class Norm {
        private static final double MOMENTUM = 0.1;
        private static final double EPSILON = 1e-5;
        private final long channels;
        private final Tensor scale;
        private final Tensor shift;
        private final Tensor mean;
        private final Tensor variance;

        Norm(long channels) {
            this.channels = channels;
            scale = channels == 0 ? new Tensor() : trained(torch.ones(channels));
            shift = channels == 0 ? new Tensor() : trained(torch.zeros(channels));
            mean = torch.zeros(channels);
            variance = torch.ones(channels);
        }

        Tensor of(Tensor x) {
            return channels == 0
                    ? x
                    : torch.batch_norm(
                            x,
                            new TensorOptional(scale),
                            new TensorOptional(shift),
                            new TensorOptional(mean),
                            new TensorOptional(variance),
                            true,
                            MOMENTUM,
                            EPSILON,
                            true);
        }
    }
}
