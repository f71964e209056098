package org.sparkmlext.ml.neural;

import java.util.Arrays;

/** The outputs that a regressor has for each target: one, or one a quantile. */
final class QuantileLevels {

    private static final String QUANTILE = "quantile";

    private QuantileLevels() {}

    static boolean areLevels(double[] levels) {
        float before = 0;
        for (double level : levels) {
            // As float32, in which they are learnt.
            if (!((float) level > before && (float) level < 1)) {
                return false;
            }
            before = (float) level;
        }
        return levels.length > 0;
    }

    /** Whether quantiles are what is learnt. */
    static boolean areLearnt(NetworkRegressorParams stage) {
        return stage.getLoss().equals(QUANTILE);
    }

    /** Outputs of each target. */
    static int outputs(NetworkRegressorParams stage) {
        return areLearnt(stage) ? stage.getQuantiles().length : 1;
    }

    /**
     * Raw predictions with the levels of each target in ascending order: the rearrangement of Chernozhukov, Fernandez-Val and Galichon
     * (2010), which is no further from the true quantiles than what the network gave, and the same where nothing crosses.
     *
     * @param raw {@code each} numbers a target; left as it is
     * @param each outputs of each target
     */
    static double[] ascending(double[] raw, int each) {
        double[] values = raw.clone();
        for (int from = 0; each > 1 && from + each <= values.length; from += each) {
            Arrays.sort(values, from, from + each);
        }
        return values;
    }

    /** Which of a target's outputs is the one number to predict: that of the level nearest to the median, of two the lower. */
    static int point(NetworkRegressorParams stage) {
        if (outputs(stage) == 1) {
            return 0;
        }
        double[] levels = stage.getQuantiles();
        int nearest = 0;
        for (int i = 1; i < levels.length; i++) {
            if (Math.abs(levels[i] - 0.5) < Math.abs(levels[nearest] - 0.5)) {
                nearest = i;
            }
        }
        return nearest;
    }
}
