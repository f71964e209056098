package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sparkmlext.kernels.graph.LossFunction.AbsoluteError;
import org.sparkmlext.kernels.graph.LossFunction.BinaryCrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.CrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.DenseCrossEntropy;
import org.sparkmlext.kernels.graph.LossFunction.Huber;
import org.sparkmlext.kernels.graph.LossFunction.Quantile;
import org.sparkmlext.kernels.graph.LossFunction.SquaredError;

/** Cases of every loss: several rows of which one has weight 0, batch 1, predictions far in saturation. */
final class LossCases {

    private LossCases() {}

    static Stream<GraphCase> all() {
        List<GraphCase> cases = new ArrayList<>();
        for (LossFunction function : List.of(
                new CrossEntropy(0, 0),
                new CrossEntropy(0.1f, 0),
                new CrossEntropy(0, 2),
                new CrossEntropy(0, 0.5f),
                new DenseCrossEntropy(),
                new BinaryCrossEntropy(0, 0),
                new BinaryCrossEntropy(0.2f, 0),
                new BinaryCrossEntropy(0, 2),
                new BinaryCrossEntropy(0, 0.5f),
                new SquaredError(),
                new AbsoluteError(),
                new Huber(0.75f),
                new Quantile(List.of(0.5f)),
                new Quantile(List.of(0.1f, 0.5f)))) {
            for (int rows : new int[] {1, 5, 33}) {
                cases.add(of(function, rows, 4, 1));
            }
            cases.add(of(function, 3, 2, 1));
            cases.add(of(function, 9, function instanceof Quantile ? 6 : 3, 64));
            if (!function.hasClassTarget() && !(function instanceof DenseCrossEntropy) && function.numTargets(2) == 2) {
                cases.add(of(function, 4, 1, 1));
            }
        }
        CaseBuilder two = new CaseBuilder("two losses of one value", 4);
        Value x = two.rows("front", 6);
        Value classes = GraphCases.dense(two, "classes", x, 3, true);
        cases.add(
                two.losses(classes, new CrossEntropy(0, 0), GraphCases.dense(two, "number", x, 1, true), new Huber(1)));
        return cases.stream();
    }

    private static GraphCase of(LossFunction function, int rows, int width, double scale) {
        String size = scale == 1 ? "" : ", far out";
        CaseBuilder c = new CaseBuilder(function + " of " + rows + " x " + width + size, rows).scaled(scale);
        return c.bend(
                        scale > 1 || function instanceof AbsoluteError || function instanceof Quantile
                                ? GraphCase.Bend.STEEP
                                : GraphCase.Bend.GENTLE)
                .loss(c.rows("front", width), function);
    }
}
