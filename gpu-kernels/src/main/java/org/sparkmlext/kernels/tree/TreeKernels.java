package org.sparkmlext.kernels.tree;

import java.util.List;
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

    /** A row's loss counts as at most this in {@link #metricSums}. */
    double MAX_ROW_LOSS = 1024;

    /** A matrix of bins to be filled by {@link BinnedRows#copyIn}. */
    BinnedRows allocateRows(BinLayout layout, int numRows);

    /** A row partition in its reset state. */
    RowPartition allocatePartition(int numRows);

    /** A pool of histograms. Contents are undefined until written. */
    HistogramPool allocateHistograms(BinLayout layout, int numSlots, boolean withCounts);

    /**
     * Largest absolute gradient and largest hessian, weights included, of this rank's rows: {@code {max |g|, max h}}.
     * Zeros for an empty shard. A NaN in a row makes its maximum NaN, which {@link GradientScale#of} refuses.
     */
    double[] maxGradients(PointwiseLoss loss, Buffer scores, Buffer labels, @Nullable Buffer weights);

    /**
     * Writes every row's gradient and hessian, weighted, in fixed point. A row outside the bag or of weight 0 gets
     * {@code g = h = 0}. Values beyond {@link GradientScale#MAX_FIXED} saturate there, and h is at least 1 in every other
     * row.
     *
     * @param sampling with {@code rowKeys}: which rows are in the bag; both null = all rows
     * @param gradients receives {@code (long) g << 32 | h}
     */
    GradientTotals gradients(
            PointwiseLoss loss,
            Buffer scores,
            Buffer labels,
            @Nullable Buffer weights,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            Buffer gradients);

    /**
     * Weighted sums of metrics over this rank's rows, in fixed point with {@code 2^exponent}:
     * {@code {sum rint(w * loss * 2^e), sum rint(w * [wrong class] * 2^e), sum rint(w * 2^e)}}. A row is of the wrong class
     * when {@code (score > 0) != (label > 0.5)}. A row's loss counts as at most {@link #MAX_ROW_LOSS}; the caller picks the
     * exponent from the global row count and largest weight so that no sum reaches 2^62.
     */
    long[] metricSums(PointwiseLoss loss, Buffer scores, Buffer labels, @Nullable Buffer weights, int exponent);

    /** A node's rows and the slot that receives their histogram. */
    record HistogramTask(RowRange rows, int slot) {}

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
     * @param slot its histogram, summed over ranks
     * @param features ascending indices of the features to look at
     */
    record SplitTask(int slot, int[] features) {}

    /**
     * The best split of each node; the bins of every feature must add up to the same sums.
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
    record PartitionTask(RowRange rows, int feature, int bin, boolean isMissingLeft) {}

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
