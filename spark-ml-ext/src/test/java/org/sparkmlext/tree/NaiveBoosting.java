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
    private final double[] weights;
    private final double[] gradients;
    private final double[] hessians;
    private final double[] scores;

    NaiveBoosting(BoostingSettings settings, List<TableMaker.RowValues> rows, boolean hasWeights) {
        this.settings = settings;
        this.rows = rows;
        this.weights =
                rows.stream().mapToDouble(r -> hasWeights ? r.weight() : 1).toArray();
        this.gradients = new double[rows.size()];
        this.hessians = new double[rows.size()];
        this.scores = new double[rows.size()];
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

    /** Trains and returns each row's raw score. */
    double[] train() {
        double positive = 0;
        double total = 0;
        for (int r = 0; r < rows.size(); r++) {
            positive += weights[r] * rows.get(r).label();
            total += weights[r];
        }
        double base = Math.log(positive / (total - positive));
        java.util.Arrays.fill(scores, base);
        for (int t = 0; t < settings.numTrees(); t++) {
            for (int r = 0; r < rows.size(); r++) {
                double p = 1 / (1 + Math.exp(-scores[r]));
                gradients[r] = weights[r] * (p - rows.get(r).label());
                hessians[r] = weights[r] * p * (1 - p);
            }
            for (Node leaf : grow()) {
                double value = -settings.learningRate()
                        * shrink(sum(gradients, leaf.members))
                        / (sum(hessians, leaf.members) + settings.lambdaL2());
                leaf.members.forEach(r -> scores[r] += value);
            }
        }
        return scores;
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
        for (int f = 0; f < TableMaker.NUM_FEATURES; f++) {
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
