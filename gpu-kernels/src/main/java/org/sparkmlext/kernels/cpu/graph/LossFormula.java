package org.sparkmlext.kernels.cpu.graph;

import org.sparkmlext.kernels.graph.LossFunction;

/** A {@link LossFunction} and its derivatives for one row, in double precision. */
interface LossFormula {

    /** Loss of predictions {@code x}; {@code label} counts where the target is a class, {@code t} where it is not. */
    double loss(float[] x, int label, float[] t);

    /** Writes the derivative by each prediction. */
    void gradient(float[] x, int label, float[] t, double[] gradient);

    static LossFormula of(LossFunction function) {
        if (function instanceof LossFunction.CrossEntropy f) {
            return f.focusing() > 0
                    ? new SoftmaxLosses.Focal(f.focusing())
                    : new SoftmaxLosses.Sparse(f.labelSmoothing());
        }
        if (function instanceof LossFunction.DenseCrossEntropy) {
            return new SoftmaxLosses.OfProbabilities();
        }
        if (function instanceof LossFunction.BinaryCrossEntropy f) {
            return new MeanLoss(
                    f.focusing() > 0
                            ? new MeanLoss.FocalBinary(f.focusing())
                            : new MeanLoss.Binary(f.labelSmoothing()));
        }
        if (function instanceof LossFunction.Quantile f) {
            return new QuantileLoss(f.levels());
        }
        if (function instanceof LossFunction.Huber f) {
            return new MeanLoss(new MeanLoss.HuberTerm(f.delta()));
        }
        return new MeanLoss(
                function instanceof LossFunction.SquaredError ? new MeanLoss.Squared() : new MeanLoss.Absolute());
    }
}
