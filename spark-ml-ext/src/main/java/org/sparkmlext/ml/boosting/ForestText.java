package org.sparkmlext.ml.boosting;

import java.util.List;
import org.sparkmlext.tree.Forest;
import org.sparkmlext.tree.ForestNodes;

/** A forest for people to read: one line a node, children indented below their parent, left first. */
final class ForestText {

    private final List<String> names;
    private final ForestNodes nodes;
    private final StringBuilder text = new StringBuilder();

    private ForestText(Forest forest) {
        this.names = forest.featureNames();
        this.nodes = forest.nodes();
    }

    static String describe(Forest forest) {
        ForestText text = new ForestText(forest);
        text.appendHead(forest);
        for (int t = 0; t < forest.numTrees(); t++) {
            text.text.append("tree ").append(t);
            if (forest.numOutputs() > 1) {
                text.text.append(" (output ").append(t % forest.numOutputs()).append(')');
            }
            text.text.append('\n');
            text.append(forest.nodes().treeStarts()[t], 1);
        }
        return text.text.toString();
    }

    private void appendHead(Forest forest) {
        text.append("objective ").append(forest.objective()).append('\n');
        text.append(forest.numOutputs() == 1 ? "base score" : "base scores");
        for (float baseScore : forest.baseScores()) {
            text.append(' ').append(baseScore);
        }
        text.append('\n');
    }

    private void append(int node, int depth) {
        text.append("  ".repeat(depth));
        if (nodes.isLeaf(node)) {
            text.append("leaf ").append(nodes.values()[node]);
            text.append(" (cover ").append(nodes.covers()[node]).append(")\n");
            return;
        }
        boolean isMissingLeft = nodes.isMissingLeft()[node] != 0;
        text.append("if ").append(names.get(nodes.feature(node)));
        text.append(" < ").append(nodes.thresholds()[node]);
        text.append(isMissingLeft ? " or missing" : "");
        text.append(" (gain ").append(nodes.gain(node));
        text.append(", cover ").append(nodes.covers()[node]).append(")\n");
        append(nodes.left()[node], depth + 1);
        text.append("  ".repeat(depth)).append("else\n");
        append(nodes.right()[node], depth + 1);
    }
}
