package org.sparkmlext.kernels.cpu;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.GradientTotals;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.RowSampling;
import org.sparkmlext.kernels.tree.TreeKernels.ResidualTask;

/** The kernels of losses and metrics: checks what it is given, cuts rows into pieces for the threads, pieces into blocks. */
final class CpuLossKernels {

    /** Rows of one piece of work; whole blocks. */
    private static final int PIECE_ROWS = 16 * RowBlock.MOST_ROWS;

    /** Rows of one piece of counting residuals, which ends with adding a whole array of counts. */
    private static final int COUNT_PIECE_ROWS = 65536;

    private final CpuBackend backend;
    private final Ownership ownership;

    CpuLossKernels(CpuBackend backend) {
        this.backend = backend;
        ownership = new Ownership(backend);
    }

    double[] maxGradients(PointwiseLoss loss, List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        loss.requireOutputs(scores.size());
        ScoredRows rows = rows(scores, labels, weights);
        LossFormula formula = LossFormula.of(loss);
        double[][] maxima = new double[team().numThreads()][2];
        forEachBlock(rows, (worker, begin, count, block) -> {
            formula.fill(block, count);
            for (int output = 0; output < scores.size(); output++) {
                raise(block.gradients[output], block.hessians[output], begin, count, rows.weights(), maxima[worker]);
            }
        });
        double[] max = new double[2];
        for (double[] own : maxima) {
            max[0] = Math.max(max[0], own[0]);
            max[1] = Math.max(max[1], own[1]);
        }
        return max;
    }

    private static void raise(
            double[] gradients, double[] hessians, int begin, int count, float @Nullable [] weights, double[] maxima) {
        double maxGradient = maxima[0];
        double maxHessian = maxima[1];
        for (int i = 0; i < count; i++) {
            double w = weights == null ? 1.0 : weights[begin + i];
            // Math.max lets a NaN prevail.
            maxGradient = Math.max(maxGradient, Math.abs(gradients[i] * w));
            maxHessian = Math.max(maxHessian, hessians[i] * w);
        }
        maxima[0] = maxGradient;
        maxima[1] = maxHessian;
    }

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
            long[] metricSums) {
        loss.requireOutputs(scores.size());
        MetricSums.requireFits(metrics, scores.size(), metricSums);
        ScoredRows rows = rows(scores, labels, weights);
        long[] keys = keys(sampling, rowKeys, rows.size());
        GradientWriter writer = new GradientWriter(scale, rows.weights(), sampling, keys, false);
        long[][] out = outputs(gradients, scores.size(), rows.size());
        LossFormula formula = LossFormula.of(loss);
        MetricPass pass = new MetricPass(metrics, formula.sharedMetric(), weights != null);
        long[][] totals = new long[team().numThreads()][GradientWriter.TOTALS * out.length];
        long[][] sums = new long[team().numThreads()][metricSums.length];
        forEachBlock(rows, (worker, begin, count, block) -> {
            if (pass.needsLosses()) {
                formula.fillWithLosses(block, count);
            } else {
                formula.fill(block, count);
            }
            write(writer, block.gradients, block.hessians, 0, begin, count, out, totals[worker]);
            pass.add(block, count, sums[worker]);
        });
        addAll(sums, metricSums);
        return totals(totals, out.length);
    }

    void metricSums(
            List<RowMetric> metrics, List<Buffer> scores, Buffer labels, @Nullable Buffer weights, long[] sums) {
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("no score buffer was given; metrics take at least 1");
        }
        MetricSums.requireFits(metrics, scores.size(), sums);
        ScoredRows rows = rows(scores, labels, weights);
        MetricPass pass = new MetricPass(metrics, null, weights != null);
        long[][] own = new long[team().numThreads()][sums.length];
        forEachBlock(rows, (worker, begin, count, block) -> pass.add(block, count, own[worker]));
        addAll(own, sums);
    }

    List<GradientTotals> quantize(
            List<double[]> gradients,
            List<double[]> hessians,
            @Nullable RowSampling sampling,
            @Nullable Buffer rowKeys,
            GradientScale scale,
            List<Buffer> out) {
        if (out.isEmpty()) {
            throw new IllegalArgumentException("no buffer was given for gradients; at least 1 output is needed");
        }
        int numRows = out.get(0).length();
        long[][] targets = outputs(out, out.size(), numRows);
        double[][] g = hostArrays(gradients, "gradients", out.size(), numRows);
        double[][] h = hostArrays(hessians, "hessians", out.size(), numRows);
        GradientWriter writer = new GradientWriter(scale, null, sampling, keys(sampling, rowKeys, numRows), true);
        long[][] totals = new long[team().numThreads()][GradientWriter.TOTALS * targets.length];
        forEachPiece(
                numRows,
                (worker, begin, end) -> write(writer, g, h, begin, begin, end - begin, targets, totals[worker]));
        return totals(totals, targets.length);
    }

    void residualCounts(
            RowPartition partition,
            Buffer scores,
            Buffer labels,
            @Nullable Buffer weights,
            int weightExponent,
            List<ResidualTask> tasks,
            long[] counts) {
        CpuPartition order = ownership.own(partition, CpuPartition.class, "partition");
        int numRows = order.numRows();
        List<RowRange> ranges = tasks.stream().map(ResidualTask::rows).toList();
        RowRange.requireWithin(ranges, numRows);
        int[] offsets = ResidualTask.offsets(tasks);
        ResidualTask.requireLength(tasks, counts);
        ResidualCounts residuals = new ResidualCounts(
                order.entries(),
                ownership.floats(scores, "scores", numRows),
                ownership.floats(labels, "labels", numRows),
                ownership.optionalFloats(weights, "weights", numRows),
                weightExponent);
        new Ranges(ranges, COUNT_PIECE_ROWS).forEachPiece(team(), (t, begin, end) -> {
            ResidualTask task = tasks.get(t);
            if (begin == task.rows().begin() && end == task.rows().end()) {
                residuals.add(task, begin, end, counts, offsets[t]);
                return;
            }
            long[] own = new long[1 << task.digitBits()];
            residuals.add(task, begin, end, own, 0);
            synchronized (counts) {
                for (int digit = 0; digit < own.length; digit++) {
                    counts[offsets[t] + digit] += own[digit];
                }
            }
        });
    }

    private static void write(
            GradientWriter writer,
            double[][] gradients,
            double[][] hessians,
            int from,
            int begin,
            int count,
            long[][] out,
            long[] totals) {
        for (int output = 0; output < out.length; output++) {
            writer.write(
                    gradients[output],
                    hessians[output],
                    from,
                    begin,
                    count,
                    out[output],
                    totals,
                    GradientWriter.TOTALS * output);
        }
    }

    private long[][] outputs(List<Buffer> buffers, int numOutputs, int numRows) {
        if (buffers.size() != numOutputs) {
            throw new IllegalArgumentException(
                    buffers.size() + " buffers were given for the gradients of " + numOutputs + " outputs");
        }
        long[][] out = new long[numOutputs][];
        for (int i = 0; i < numOutputs; i++) {
            out[i] = ownership.longsToWrite(buffers.get(i), "gradients", numRows);
        }
        return out;
    }

    private static double[][] hostArrays(List<double[]> arrays, String name, int numOutputs, int numRows) {
        if (arrays.size() != numOutputs) {
            throw new IllegalArgumentException(
                    arrays.size() + " arrays of " + name + " were given for " + numOutputs + " outputs");
        }
        arrays.forEach(array -> Ownership.requireRows(array.length, numRows, name));
        return arrays.toArray(double[][]::new);
    }

    private long @Nullable [] keys(@Nullable RowSampling sampling, @Nullable Buffer rowKeys, int numRows) {
        RowSampling.requireKeys(sampling, rowKeys);
        return rowKeys == null ? null : ownership.longs(rowKeys, "rowKeys", numRows);
    }

    private record ScoredRows(float[][] scores, float[] labels, float @Nullable [] weights) {
        int size() {
            return labels.length;
        }
    }

    private ScoredRows rows(List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        int numRows = scores.get(0).length();
        return new ScoredRows(
                ownership.floats(scores, "scores", numRows),
                ownership.floats(labels, "labels", numRows),
                ownership.optionalFloats(weights, "weights", numRows));
    }

    private interface RowPiece {
        void run(int worker, int begin, int end);
    }

    private interface BlockWork {
        void run(int worker, int begin, int count, RowBlock block);
    }

    private void forEachPiece(int numRows, RowPiece work) {
        team().forEach((numRows + PIECE_ROWS - 1) / PIECE_ROWS, (worker, piece) -> {
            work.run(worker, piece * PIECE_ROWS, (int) Math.min(numRows, (piece + 1L) * PIECE_ROWS));
        });
    }

    private void forEachBlock(ScoredRows rows, BlockWork work) {
        int blockRows = RowBlock.rows(rows.scores().length);
        @Nullable RowBlock[] blocks = new @Nullable RowBlock[team().numThreads()];
        forEachPiece(rows.size(), (worker, begin, end) -> {
            RowBlock block = blocks[worker];
            if (block == null) {
                block = new RowBlock(rows.scores().length);
                blocks[worker] = block;
            }
            for (int at = begin; at < end; at += blockRows) {
                int count = Math.min(blockRows, end - at);
                block.read(rows.scores(), rows.labels(), rows.weights(), at, count);
                work.run(worker, at, count, block);
            }
        });
    }

    private static void addAll(long[][] parts, long[] sums) {
        for (long[] part : parts) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += part[i];
            }
        }
    }

    private static List<GradientTotals> totals(long[][] parts, int numOutputs) {
        long[] sums = new long[GradientWriter.TOTALS * numOutputs];
        addAll(parts, sums);
        List<GradientTotals> totals = new ArrayList<>(numOutputs);
        for (int at = 0; at < sums.length; at += GradientWriter.TOTALS) {
            totals.add(new GradientTotals(sums[at], sums[at + 1], sums[at + 2], sums[at + 3]));
        }
        return totals;
    }

    private ThreadTeam team() {
        return backend.team();
    }
}
