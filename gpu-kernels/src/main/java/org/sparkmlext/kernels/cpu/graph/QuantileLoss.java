package org.sparkmlext.kernels.cpu.graph;

import java.util.List;

/** Mean of the pinball losses of a row, which has a prediction for each target and level. */
final class QuantileLoss implements LossFormula {

    private final double[] levels;

    QuantileLoss(List<Float> levels) {
        this.levels = levels.stream().mapToDouble(Float::doubleValue).toArray();
    }

    @Override
    public double loss(float[] x, int label, float[] t) {
        double sum = 0;
        for (int k = 0; k < x.length; k++) {
            double level = levels[k % levels.length];
            double missing = (double) t[k / levels.length] - x[k];
            sum += Math.max(level * missing, (level - 1) * missing);
        }
        return sum / x.length;
    }

    @Override
    public void gradient(float[] x, int label, float[] t, double[] gradient) {
        for (int k = 0; k < x.length; k++) {
            double level = levels[k % levels.length];
            double missing = (double) t[k / levels.length] - x[k];
            double slope = missing > 0 ? -level : missing < 0 ? 1 - level : 0;
            gradient[k] = slope / x.length;
        }
    }
}
