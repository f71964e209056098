package org.sparkmlext.tree;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.sparkmlext.kernels.tree.BinTree;

/** A finished round as bytes for the driver to keep: the tree over bins and the round's metric sums. Little endian. */
final class RoundCodec {

    private static final int BYTES_PER_NODE = 4 + 4 + 1 + 4 + 4 + 4 + 4 + 4;

    private RoundCodec() {}

    /**
     * @param tree the round's tree
     * @param metricSums as {@link MetricHistory#add} takes them
     */
    record Round(GrownTree tree, long[] metricSums) {}

    static byte[] encode(Round round) {
        BinTree bins = round.tree().bins();
        int n = bins.numNodes();
        ByteBuffer out = ByteBuffer.allocate(
                        2 * Integer.BYTES + round.metricSums().length * Long.BYTES + n * BYTES_PER_NODE)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(round.metricSums().length);
        for (long sum : round.metricSums()) {
            out.putLong(sum);
        }
        out.putInt(n);
        for (int i = 0; i < n; i++) {
            out.putInt(bins.features()[i]);
            out.putInt(bins.bins()[i]);
            out.put((byte) (bins.isMissingLeft()[i] ? 1 : 0));
            out.putInt(bins.left()[i]);
            out.putInt(bins.right()[i]);
            out.putFloat(bins.values()[i]);
            out.putFloat(round.tree().gains()[i]);
            out.putFloat(round.tree().covers()[i]);
        }
        return out.array();
    }

    static Round decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int numSums = in.getInt();
        if (numSums < 0 || (long) numSums * Long.BYTES + Integer.BYTES > in.remaining()) {
            throw new IllegalArgumentException("a round's state of " + bytes.length + " bytes says it has " + numSums
                    + " metric sums; it was cut or damaged");
        }
        long[] metricSums = new long[numSums];
        for (int m = 0; m < numSums; m++) {
            metricSums[m] = in.getLong();
        }
        int n = in.getInt();
        if (n < 1 || (long) n * BYTES_PER_NODE != in.remaining()) {
            throw new IllegalArgumentException(
                    "a round's state of " + bytes.length + " bytes says it has " + n + " nodes; it was cut or damaged");
        }
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
        BinTree tree = new BinTree(features, binIndices, isMissingLeft, left, right, values);
        return new Round(new GrownTree(tree, gains, covers), metricSums);
    }
}
