package org.sparkmlext.kernels.tree;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;

/**
 * The boosting kernels of one device. Calls come from one thread; each blocks until its result can be used.
 *
 * <p>Every kernel that works on nodes takes a list of them, so that a device can do them in one launch. All buffers
 * belong to the same back end. Bits do not depend on the device: integer sums are exact, and doubles are computed in
 * exactly the order the formulas below give, with no fused multiply-add.
 *
 * <p>Per-row buffers have one element a row, in row order (not partition order):
 * labels FLOAT, weights FLOAT (absent = all 1), scores FLOAT (raw scores), gradients LONG
 * ({@code (long) g << 32 | h}, see {@link GradientScale}), row keys LONG.
 */
public interface TreeKernels {

    /**
     * Most rows of one matrix or partition. Callers refuse more before they allocate; a back end need not take more, and takes
     * so many if its memory does.
     */
    int MAX_ROWS = (1 << 28) - 64;

    /**
     * How many nodes a call is best given where the caller has a choice: 1 where a call costs little beside the work of a small node.
     * Decides how long a training takes, never what comes out.
     */
    default int nodesAtOnce() {
        return 1;
    }

    /**
     * A matrix of bins to be filled by {@link DenseRows#copyIn}.
     *
     * @throws IllegalArgumentException if a feature has more than {@link BinLayout#MAX_BYTE_VALUE_BINS} value bins
     */
    DenseRows allocateRows(BinLayout layout, int numRows);

    /**
     * A matrix of bins to be filled by {@link SparseRows#append}. All kernels give the same bits for it as for a dense matrix
     * of the same bins.
     *
     * @param absentBins per feature the bin of a row that stores none; the missing bin is allowed
     * @param maxStored per feature the most bins that will be appended, absent ones included
     * @throws org.sparkmlext.kernels.KernelException if more bins would be stored than one device can index
     */
    SparseRows allocateSparseRows(BinLayout layout, int[] absentBins, int[] maxStored, int numRows);

    /** A row partition in its reset state. */
    RowPartition allocatePartition(int numRows);

    /** A pool of histograms. Contents are undefined until written. */
    HistogramPool allocateHistograms(BinLayout layout, int numSlots, boolean withCounts);

    /**
     * Largest absolute gradient and largest hessian, weights included, of this rank's rows and all outputs:
     * {@code {max |g|, max h}}. Zeros for an empty shard. A NaN in a row makes its maximum NaN, which
     * {@link GradientScale#of} refuses.
     *
     * @param scores one buffer an output, as many as the loss takes
     */
    double[] maxGradients(PointwiseLoss loss, List<Buffer> scores, Buffer labels, @Nullable Buffer weights);

    /**
     * Writes every row's gradient and hessian, weighted, in fixed point. A row outside the bag or whose weight is not above 0
     * gets {@code g = h = 0}. Values beyond {@link GradientScale#MAX_FIXED} saturate there, NaN becomes 0, and h is at least
     * 1 in every other row. In the same pass adds the metrics of the scores as they are, over all rows, in the bag or not.
     *
     * @param scores one buffer an output, as many as the loss takes
     * @param sampling with {@code rowKeys}: which rows are in the bag; both null = all rows
     * @param gradients one buffer an output, receives {@code (long) g << 32 | h}
     * @param metrics may be empty
     * @param metricSums as {@link MetricSums} says, {@link MetricSums#length} longs; added to
     * @return totals of each output
     */
    List<GradientTotals> gradients(
            PointwiseLoss loss,
            List<Buffer> scores,
            Buffer labels,
            @Nullable Buffer weights,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            List<Buffer> gradients,
            List<RowMetric> metrics,
            long[] metricSums);

    /** Adds the metrics of all rows to {@code sums}, as {@link #gradients} does, and nothing else. */
    void metricSums(List<RowMetric> metrics, List<Buffer> scores, Buffer labels, @Nullable Buffer weights, long[] sums);

    /**
     * As {@link #gradients}, of gradients and hessians that the host has computed, weights included: a user's own loss. A row
     * whose gradient and hessian are both 0 counts as one of weight 0.
     *
     * @param gradients one array an output, in row order
     * @param hessians likewise, none negative
     * @param out one buffer an output, receives {@code (long) g << 32 | h}
     * @return totals of each output
     */
    List<GradientTotals> quantize(
            List<double[]> gradients,
            List<double[]> hessians,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            List<Buffer> out);

    /**
     * A node's rows and the digit of their residuals' keys to count.
     *
     * @param rows positions of the partition
     * @param prefix leading bits that a key must have to count
     * @param prefixBits how many they are, at least 0
     * @param digitBits bits of the digit that follows, 1 to 20; prefix and digit together are at most 32
     */
    record ResidualTask(RowRange rows, int prefix, int prefixBits, int digitBits) {
        public ResidualTask {
            if (prefixBits < 0 || digitBits < 1 || digitBits > 20 || prefixBits + digitBits > Integer.SIZE) {
                throw new IllegalArgumentException("a prefix of " + prefixBits + " bits and a digit of " + digitBits
                        + " were asked for; allowed are a digit of 1 to 20 bits and 32 bits in all");
            }
            if (prefixBits < Integer.SIZE && prefix >>> prefixBits != 0) {
                throw new IllegalArgumentException(
                        "prefix " + Integer.toUnsignedString(prefix) + " has more than " + prefixBits + " bits");
            }
        }

        /** Where each task's counts begin, and after the last one the length of all. */
        public static int[] offsets(List<ResidualTask> tasks) {
            int[] offsets = new int[tasks.size() + 1];
            for (int t = 0; t < tasks.size(); t++) {
                offsets[t + 1] = Math.addExact(offsets[t], 1 << tasks.get(t).digitBits());
            }
            return offsets;
        }

        /** @throws IllegalArgumentException if the array has not the length that the tasks need */
        public static void requireLength(List<ResidualTask> tasks, long[] counts) {
            int needed = offsets(tasks)[tasks.size()];
            if (counts.length != needed) {
                throw new IllegalArgumentException(
                        "the array of counts has " + counts.length + " longs; needed are " + needed);
            }
        }
    }

    /**
     * Weighted counts of residuals by one digit of their keys: from them exact weighted quantiles follow digit by digit.
     *
     * <p>The residual of a row is the float {@code label - score} (one float subtraction). Its key is the 32-bit number that,
     * read as unsigned, orders as the floats do: with {@code b} the bits of {@code residual + 0.0f} (a NaN in its canonical
     * form), {@code b ^ ((b >> 31) | 0x80000000)}. For every row of a task whose key begins with the prefix,
     * {@code counts[offset + next digitBits bits] += rint(w * 2^weightExponent)}, where a task's offset is the sum of
     * {@code 2^digitBits} of the tasks before it. A row whose weight is not above 0 adds nothing.
     *
     * @param counts added to; as long as all tasks need together
     */
    void residualCounts(
            RowPartition partition,
            Buffer scores,
            Buffer labels,
            @Nullable Buffer weights,
            int weightExponent,
            List<ResidualTask> tasks,
            long[] counts);

    /** A node's rows and the slot that receives their histogram. */
    record HistogramTask(RowRange rows, int slot) {

        /** @throws IllegalArgumentException if a task has rows beyond the partition, or a slot beyond the pool or of another task */
        public static void requireFits(List<HistogramTask> tasks, int numRows, int numSlots) {
            RowRange.requireWithin(tasks.stream().map(HistogramTask::rows).toList(), numRows);
            BitSet seen = new BitSet();
            for (HistogramTask task : tasks) {
                if (seen.get(Objects.checkIndex(task.slot(), numSlots))) {
                    throw new IllegalArgumentException("slot " + task.slot() + " stands for two nodes of one call");
                }
                seen.set(task.slot());
            }
        }
    }

    /**
     * Histograms of nodes: for every feature {@code f} and every row {@code r} of the node,
     * {@code slot[offset(f) + bin(r, f)] += (g(r), h(r), h(r) > 0)} in the precision of the scale. Slots are overwritten;
     * two tasks of a call may not have the same slot. Counts are of the values as they are, also where the precision rounds
     * a hessian to 0.
     */
    void histograms(
            BinnedRows rows,
            Buffer gradients,
            RowPartition partition,
            GradientScale.Precision precision,
            List<HistogramTask> tasks,
            HistogramPool pool);

    /** {@code slot[sibling] = slot[parent] - slot[child]}; sibling may be the parent's own slot. */
    record SubtractTask(int parent, int child, int sibling) {}

    /**
     * Sibling histograms by subtraction: exact, since sums are integers. Tasks are done in the order of the list, so one may
     * use what an earlier one wrote.
     */
    void subtract(HistogramPool pool, List<SubtractTask> tasks);

    /**
     * A node whose best split is wanted.
     *
     * @param slot its histogram; the listed features' bins hold sums over ranks, all others are undefined
     * @param features ascending indices of the features to look at; may be none, which finds no split
     */
    record SplitTask(int slot, int[] features) {

        /** @throws IllegalArgumentException if features do not ascend, or they or the slot are not the pool's */
        public void requireFits(HistogramPool pool) {
            Objects.checkIndex(slot, pool.numSlots());
            int numFeatures = pool.layout().numFeatures();
            int previous = -1;
            for (int feature : features) {
                if (feature <= previous || feature >= numFeatures) {
                    throw new IllegalArgumentException("features " + Arrays.toString(features)
                            + " must be ascending and below " + numFeatures + "; " + feature + " is not");
                }
                previous = feature;
            }
        }
    }

    /**
     * The best split of each node among the listed features, whose bins must all add up to the same sums. Bins of features
     * that are not listed are not read: between ranks each holds the sums of its own features only.
     *
     * <p>With G, H the node's sums, and (GL, HL), (GR, HR) those of the two sides, in real units as doubles (sum times
     * unit), and {@code T(G) = signum(G) * max(0, |G| - lambdaL1)}:
     * <pre>gain = (T(GL) * T(GL) / (HL + lambdaL2) + T(GR) * T(GR) / (HR + lambdaL2)) - T(G) * T(G) / (H + lambdaL2)</pre>
     * (Chen and Guestrin, KDD 2016, eq. 7, without the factor 1/2), a quotient with a denominator that is not above 0
     * counting as 0. For each feature the split bins run from 0 to {@code numValueBins - 1}; at each, missing values go right
     * first and left second. The last bin with missing values right separates present from missing values; with missing
     * values left it is no split. Where the node has no missing value of the feature (hessian sum and gradient sum of the
     * missing bin both 0), only "missing right" is looked at and the stored side is that of the larger hessian sum (left on
     * ties), so that an unseen missing value follows the majority.
     * A split is allowed when both sides have a hessian sum of at least {@code minChildWeight} and above 0 (in integer
     * units), at least {@code minDataInLeaf} rows, and {@code gain > minSplitGain}. The largest gain wins; on equal gains
     * the smaller feature, then the smaller bin, then missing right.
     */
    List<SplitCandidate> findSplits(HistogramPool pool, List<SplitTask> tasks, SplitRules rules, GradientScale scale);

    /** A node's rows and the split that divides them. */
    record PartitionTask(RowRange rows, int feature, int bin, boolean isMissingLeft) {

        /** @throws IllegalArgumentException if ranges overlap or go beyond the rows; a feature or bin that is none is out of bounds */
        public static void requireFits(List<PartitionTask> tasks, BinnedRows bins) {
            List<RowRange> ranges = tasks.stream().map(PartitionTask::rows).toList();
            RowRange.requireWithin(ranges, bins.numRows());
            RowRange.requireDisjoint(ranges);
            for (PartitionTask task : tasks) {
                Objects.checkIndex(task.feature(), bins.layout().numFeatures());
                Objects.checkIndex(task.bin(), bins.layout().numValueBins(task.feature()));
            }
        }
    }

    /**
     * Moves each node's rows so that the left child's come first; the order within a side is kept. The ranges of a call may
     * not overlap.
     *
     * @return rows of each left child
     */
    int[] partition(BinnedRows rows, RowPartition partition, List<PartitionTask> tasks);

    /** Sums of {@code g} and {@code h} over each leaf's rows: {@code {G0, H0, G1, H1, ...}}, in units of the scale. */
    long[] leafSums(Buffer gradients, RowPartition partition, List<RowRange> leaves);

    /** {@code score[r] += values[leaf]} for every row of each leaf, as one float add. Leaves may not overlap. */
    void addLeafValues(RowPartition partition, List<RowRange> leaves, float[] values, Buffer scores);

    /** {@code score[r] += value of the leaf that row r falls into}, as one float add; for rows that no partition holds. */
    void addTree(BinnedRows rows, BinTree tree, Buffer scores);
}
