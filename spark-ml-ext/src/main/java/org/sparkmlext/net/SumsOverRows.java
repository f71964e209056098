package org.sparkmlext.net;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;

/** Adds up a network's named sums over many batches, in doubles, and makes means of them. */
final class SumsOverRows {

    private static final String RMSE = "rmse";
    private static final String MAE = "mae";

    private final List<String> names;
    private final double[] sums;

    SumsOverRows(List<String> names) {
        this.names = names;
        this.sums = new double[names.size()];
    }

    /** Names of the metrics that training with a loss measures, without their prefix. */
    static List<String> metrics(LossFunction loss) {
        if (NetworkGraphs.countsHits(loss)) {
            return List.of(ModelLayout.LOSS, EpochHistory.ACCURACY);
        }
        return NetworkGraphs.measuresErrors(loss) ? List.of(ModelLayout.LOSS, RMSE, MAE) : List.of(ModelLayout.LOSS);
    }

    void add(String name, double value) {
        sums[names.indexOf(name)] += value;
    }

    /** Adds the ranks' sums up, rank by rank: every rank gets the same bits. Collective. */
    void exchange(Collective collective) {
        RankDoubles.sum(sums, collective);
    }

    /** Weight of all rows. */
    double weight() {
        return sums[names.indexOf(ModelLayout.WEIGHT)];
    }

    /** The metrics: every sum but the weight, divided by the weight, of squared errors the root, under {@code prefix + name}. */
    Map<String, Double> means(String prefix) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (int i = 0; i < sums.length; i++) {
            String name = names.get(i);
            if (!name.equals(ModelLayout.WEIGHT)) {
                double mean = sums[i] / weight();
                switch (name) {
                    case NetworkGraphs.CORRECT -> means.put(prefix + EpochHistory.ACCURACY, mean);
                    case NetworkGraphs.SQUARED_ERROR -> means.put(prefix + RMSE, Math.sqrt(mean));
                    case NetworkGraphs.ABSOLUTE_ERROR -> means.put(prefix + MAE, mean);
                    default -> means.put(prefix + name, mean);
                }
            }
        }
        return means;
    }
}
