package org.sparkmlext.kernels.tree;

/** A loss that looks at one row at a time: its gradient and hessian are kernels of the device. */
public enum PointwiseLoss {
    /**
     * Binary cross-entropy of a label y in {0, 1} and a raw score s, with p = 1 / (1 + exp(-s)):
     * loss = log(1 + exp(s)) - y s, gradient = p - y, hessian = p (1 - p).
     *
     * <p>In doubles, in this order, with {@link FixedMath} and w = 1 where weights are absent:
     * {@code p = sigmoid(s)}, weighted gradient {@code (p - y) * w}, weighted hessian {@code (p * (1 - p)) * w},
     * loss {@code min(softplus(s) - y * s, MAX_ROW_LOSS)}, weighted loss {@code w * loss}.
     */
    LOGISTIC
}
