package org.sparkmlext.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Boosted trees as the formulas say, and no faster: every threshold between two values, sums in doubles, no bins, no
 * subtraction. For tables of few rows whose values fit into the bins.
 */
final class NaiveBoosting {

    private final BoostingSettings settings;
    private final List<TableMaker.RowValues> rows;
    private final NaiveLoss loss;
    private final double[] weights;
    /** Of the output whose tree is being grown. */
    private double[] gradients = new double[0];

    private double[] hessians = new double[0];

    NaiveBoosting(BoostingSettings settings, List<TableMaker.RowValues> rows, boolean hasWeights) {
        this(settings, rows, hasWeights, NaiveLoss.LOGISTIC);
    }

    NaiveBoosting(BoostingSettings settings, List<TableMaker.RowValues> rows, boolean hasWeights, NaiveLoss loss) {
        this.settings = settings;
        this.rows = rows;
        this.loss = loss;
        this.weights =
                rows.stream().mapToDouble(r -> hasWeights ? r.weight() : 1).toArray();
    }

    private record Split(double gain, int feature, float threshold, boolean isMissingLeft) {}

    private static final class Node {
        private final List<Integer> members;
        private final int depth;
        private Split split;

        private Node(List<Integer> members, int depth) {
            this.members = members;
            this.depth = depth;
        }
    }

    /** Trains and returns each row's raw score of the first output. */
    double[] train() {
        return trainAll()[0];
    }

    /** Trains and returns the raw scores, {@code [output][row]}. */
    double[][] trainAll() {
        double[] labels = rows.stream().mapToDouble(TableMaker.RowValues::label).toArray();
        double[] base = loss.base(labels, weights);
        int outputs = base.length;
        double[][] scores = new double[outputs][rows.size()];
        for (int k = 0; k < outputs; k++) {
            java.util.Arrays.fill(scores[k], base[k]);
        }
        for (int t = 0; t < settings.numTrees(); t++) {
            double[][] g = new double[outputs][rows.size()];
            double[][] h = new double[outputs][rows.size()];
            for (int r = 0; r < rows.size(); r++) {
                fill(r, labels[r], scores, g, h);
            }
            for (int k = 0; k < outputs; k++) {
                gradients = g[k];
                hessians = h[k];
                double[] own = scores[k];
                for (Node leaf : grow()) {
                    double value = leafValue(leaf, k, labels, own);
                    leaf.members.forEach(r -> own[r] += value);
                }
            }
        }
        return scores;
    }

    private void fill(int row, double label, double[][] scores, double[][] g, double[][] h) {
        int outputs = scores.length;
        double[] s = new double[outputs];
        double[] gs = new double[outputs];
        double[] hs = new double[outputs];
        for (int k = 0; k < outputs; k++) {
            s[k] = scores[k][row];
        }
        loss.fill(s, label, gs, hs);
        for (int k = 0; k < outputs; k++) {
            g[k][row] = weights[row] * gs[k];
            h[k][row] = weights[row] * hs[k];
        }
    }

    private double leafValue(Node leaf, int output, double[] labels, double[] scores) {
        double level = loss.leafQuantile(output);
        if (Double.isNaN(level)) {
            return -settings.learningRate()
                    * shrink(sum(gradients, leaf.members))
                    / (sum(hessians, leaf.members) + settings.lambdaL2());
        }
        double[] residuals =
                leaf.members.stream().mapToDouble(r -> labels[r] - scores[r]).toArray();
        double[] own = leaf.members.stream().mapToDouble(r -> weights[r]).toArray();
        return settings.learningRate() * NaiveLoss.quantile(residuals, own, level);
    }

    private List<Node> grow() {
        List<Node> leaves = new ArrayList<>();
        leaves.add(node(IntStream.range(0, rows.size()).boxed().toList(), 0));
        int maxLeaves = settings.maxLeaves() > 0 ? settings.maxLeaves() : Integer.MAX_VALUE;
        while (leaves.size() < maxLeaves) {
            // Depth-wise without a leaf limit splits all there is, so the order does not matter.
            Node best = leaves.stream()
                    .filter(n -> n.split != null)
                    .max(Comparator.comparingDouble(n -> n.split.gain()))
                    .orElse(null);
            if (best == null) {
                break;
            }
            leaves.remove(best);
            List<Integer> left =
                    best.members.stream().filter(r -> goesLeft(r, best.split)).toList();
            List<Integer> right =
                    best.members.stream().filter(r -> !goesLeft(r, best.split)).toList();
            leaves.add(node(left, best.depth + 1));
            leaves.add(node(right, best.depth + 1));
        }
        return leaves;
    }

    private Node node(List<Integer> members, int depth) {
        Node node = new Node(members, depth);
        if (settings.maxDepth() < 0 || depth < settings.maxDepth()) {
            node.split = bestSplit(members);
        }
        return node;
    }

    private boolean goesLeft(int row, Split split) {
        float value = rows.get(row).features()[split.feature()];
        return Float.isNaN(value) ? split.isMissingLeft() : value < split.threshold();
    }

    private Split bestSplit(List<Integer> members) {
        Split best = null;
        for (int f = 0; f < rows.get(0).features().length; f++) {
            TreeSet<Float> values = new TreeSet<>();
            for (int r : members) {
                float value = rows.get(r).features()[f];
                if (!Float.isNaN(value)) {
                    values.add(value + 0.0f);
                }
            }
            values.add(Float.POSITIVE_INFINITY);
            for (float threshold : values) {
                for (boolean isMissingLeft : new boolean[] {false, true}) {
                    Split split = new Split(0, f, threshold, isMissingLeft);
                    double gain = gain(members, split);
                    if (gain > settings.minSplitGain() && (best == null || gain > best.gain() + 1e-9)) {
                        best = new Split(gain, f, threshold, isMissingLeft);
                    }
                }
            }
        }
        return best;
    }

    private double gain(List<Integer> members, Split split) {
        List<Integer> left = members.stream().filter(r -> goesLeft(r, split)).toList();
        List<Integer> right = members.stream().filter(r -> !goesLeft(r, split)).toList();
        for (List<Integer> side : List.of(left, right)) {
            long counted = side.stream().filter(r -> hessians[r] > 0).count();
            double hessian = sum(hessians, side);
            if (counted < settings.minDataInLeaf() || hessian <= 0 || hessian < settings.minChildWeight()) {
                return 0;
            }
        }
        return quality(left) + quality(right) - quality(members);
    }

    private double quality(List<Integer> members) {
        double shrunk = shrink(sum(gradients, members));
        return shrunk * shrunk / (sum(hessians, members) + settings.lambdaL2());
    }

    private double shrink(double gradient) {
        return Math.signum(gradient) * Math.max(0, Math.abs(gradient) - settings.lambdaL1());
    }

    private static double sum(double[] values, List<Integer> members) {
        return members.stream().mapToDouble(r -> values[r]).sum();
    }
}
