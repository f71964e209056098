package org.sparkmlext.tree;

import java.util.List;
import org.sparkmlext.kernels.tree.BinTree;

/** Puts grown trees together into a {@link Forest}: bins become thresholds, node indices run over all trees. */
final class ForestBuilder {

    private ForestBuilder() {}

    /** @param trees round by round, in each one tree a base score */
    static Forest build(
            List<String> featureNames, String objective, float[] baseScores, List<GrownTree> trees, BinEdges edges) {
        int total = trees.stream().mapToInt(GrownTree::numNodes).sum();
        int[] starts = new int[trees.size() + 1];
        int[] features = new int[total];
        float[] thresholds = new float[total];
        byte[] isMissingLeft = new byte[total];
        int[] left = new int[total];
        int[] right = new int[total];
        float[] values = new float[total];
        float[] gains = new float[total];
        float[] covers = new float[total];
        int at = 0;
        for (int t = 0; t < trees.size(); t++) {
            starts[t] = at;
            BinTree tree = trees.get(t).bins();
            for (int i = 0; i < tree.numNodes(); i++) {
                int node = at + i;
                boolean isInner = tree.features()[i] >= 0;
                features[node] = tree.features()[i];
                thresholds[node] = isInner ? edges.threshold(tree.features()[i], tree.bins()[i]) : 0f;
                isMissingLeft[node] = (byte) (isInner && tree.isMissingLeft()[i] ? 1 : 0);
                left[node] = isInner ? at + tree.left()[i] : -1;
                right[node] = isInner ? at + tree.right()[i] : -1;
                values[node] = tree.values()[i];
                gains[node] = trees.get(t).gains()[i];
                covers[node] = trees.get(t).covers()[i];
            }
            at += tree.numNodes();
        }
        starts[trees.size()] = at;
        return new Forest(
                featureNames,
                objective,
                baseScores,
                new ForestNodes(starts, features, thresholds, isMissingLeft, left, right, values, gains, covers));
    }
}
