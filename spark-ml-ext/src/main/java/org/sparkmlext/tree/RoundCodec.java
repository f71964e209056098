package org.sparkmlext.tree;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.kernels.tree.BinTree;

/** A finished round as bytes for the driver to keep: its trees over bins and its metric sums. Little endian. */
final class RoundCodec {

    private static final int BYTES_PER_NODE = 4 + 4 + 1 + 4 + 4 + 4 + 4 + 4;

    private RoundCodec() {}

    /**
     * @param trees the round's trees, one an output
     * @param metricSums as {@link MetricHistory#add} takes them
     */
    record Round(List<GrownTree> trees, long[] metricSums) {}

    static byte[] encode(Round round) {
        int numNodes = round.trees().stream().mapToInt(GrownTree::numNodes).sum();
        int numTrees = round.trees().size();
        ByteBuffer out = ByteBuffer.allocate((2 + numTrees) * Integer.BYTES
                        + round.metricSums().length * Long.BYTES
                        + numNodes * BYTES_PER_NODE)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(round.metricSums().length);
        for (long sum : round.metricSums()) {
            out.putLong(sum);
        }
        out.putInt(numTrees);
        round.trees().forEach(tree -> put(tree, out));
        return out.array();
    }

    private static void put(GrownTree tree, ByteBuffer out) {
        BinTree bins = tree.bins();
        out.putInt(bins.numNodes());
        for (int i = 0; i < bins.numNodes(); i++) {
            out.putInt(bins.features()[i]);
            out.putInt(bins.bins()[i]);
            out.put((byte) (bins.isMissingLeft()[i] ? 1 : 0));
            out.putInt(bins.left()[i]);
            out.putInt(bins.right()[i]);
            out.putFloat(bins.values()[i]);
            out.putFloat(tree.gains()[i]);
            out.putFloat(tree.covers()[i]);
        }
    }

    static Round decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long[] metricSums = new long[count(in, Long.BYTES, "metric sums")];
        for (int m = 0; m < metricSums.length; m++) {
            metricSums[m] = in.getLong();
        }
        int numTrees = count(in, Integer.BYTES + BYTES_PER_NODE, "trees");
        List<GrownTree> trees = new ArrayList<>(numTrees);
        for (int t = 0; t < numTrees; t++) {
            trees.add(tree(in, count(in, BYTES_PER_NODE, "nodes")));
        }
        if (in.hasRemaining() || trees.stream().anyMatch(tree -> tree.numNodes() == 0)) {
            throw damaged(in, trees.size() + " trees");
        }
        return new Round(trees, metricSums);
    }

    private static int count(ByteBuffer in, int bytesOfOne, String what) {
        int count = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (count < 0 || (long) count * bytesOfOne > in.remaining()) {
            throw damaged(in, count + " " + what);
        }
        return count;
    }

    private static IllegalArgumentException damaged(ByteBuffer in, String what) {
        return new IllegalArgumentException("a round's state of " + in.capacity() + " bytes says it has " + what
                + ", which does not fit; it was cut or damaged");
    }

    private static GrownTree tree(ByteBuffer in, int n) {
        int[] features = new int[n];
        int[] binIndices = new int[n];
        boolean[] isMissingLeft = new boolean[n];
        int[] left = new int[n];
        int[] right = new int[n];
        float[] values = new float[n];
        float[] gains = new float[n];
        float[] covers = new float[n];
        for (int i = 0; i < n; i++) {
            features[i] = in.getInt();
            binIndices[i] = in.getInt();
            isMissingLeft[i] = in.get() != 0;
            left[i] = in.getInt();
            right[i] = in.getInt();
            values[i] = in.getFloat();
            gains[i] = in.getFloat();
            covers[i] = in.getFloat();
        }
        return new GrownTree(new BinTree(features, binIndices, isMissingLeft, left, right, values), gains, covers);
    }
}
