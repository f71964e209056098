package org.sparkmlext.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaOwnership;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.FixedMath;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.GradientTotals;
import org.sparkmlext.kernels.tree.MetricSums;
import org.sparkmlext.kernels.tree.PointwiseLoss;
import org.sparkmlext.kernels.tree.RowMetric;
import org.sparkmlext.kernels.tree.RowSampling;

/** Launches the kernels of {@code losses.cu}: a row a thread, all its outputs and metrics in one launch. */
final class CudaLossKernels {

    private static final String FILE = "losses";
    private static final int THREADS = 256;
    /** Rows of a block: four a thread. */
    private static final int BLOCK_ROWS = 4 * THREADS;
    /** Sums of one output: g, |g|, h, rows. */
    private static final int TOTALS = 4;

    private final CudaDevice device;
    private final CudaOwnership ownership;
    private final CudaScratch scoreAddresses;
    private final CudaScratch outAddresses;
    private final CudaScratch metricCodes;
    private final CudaScratch sums;
    private final CudaScratch hostGradients;
    private final CudaScratch hostHessians;

    CudaLossKernels(CudaDevice device) {
        this.device = device;
        ownership = new CudaOwnership(device);
        scoreAddresses = new CudaScratch(device, "a list of scores");
        outAddresses = new CudaScratch(device, "a list of gradients");
        metricCodes = new CudaScratch(device, "a list of metrics");
        sums = new CudaScratch(device, "sums over rows");
        hostGradients = new CudaScratch(device, "gradients of the host");
        hostHessians = new CudaScratch(device, "hessians of the host");
    }

    private record ScoredRows(
            int size,
            List<DeviceMemory> scores,
            DeviceMemory labels,
            @Nullable DeviceMemory weights) {

        Grid grid() {
            return Grid.covering(size, BLOCK_ROWS, THREADS);
        }
    }

    private ScoredRows rows(List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        int numRows = scores.get(0).length();
        return new ScoredRows(
                numRows,
                ownership.floats(scores, "scores", numRows),
                ownership.floats(labels, "labels", numRows),
                ownership.optionalFloats(weights, "weights", numRows));
    }

    double[] maxGradients(PointwiseLoss loss, List<Buffer> scores, Buffer labels, @Nullable Buffer weights) {
        loss.requireOutputs(scores.size());
        ScoredRows rows = rows(scores, labels, weights);
        if (rows.size() == 0) {
            return new double[2];
        }
        long[] maxima = new long[2];
        DeviceMemory target = sums.zeros((long) maxima.length * Long.BYTES);
        device.kernel(FILE, "max_gradients")
                .launch(
                        rows.grid(),
                        loss.kind().ordinal(),
                        loss.parameter(),
                        factor(loss, scores.size()),
                        scores.size(),
                        addresses(scoreAddresses, rows.scores()),
                        rows.labels(),
                        rows.weights(),
                        target,
                        rows.size());
        target.copyOut(0, maxima, 0, maxima.length);
        return new double[] {Double.longBitsToDouble(maxima[0]), Double.longBitsToDouble(maxima[1])};
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
        DeviceMemory keys = keys(sampling, rowKeys, rows.size());
        List<DeviceMemory> out = outputs(gradients, scores.size(), rows.size());
        long[] all = new long[TOTALS * out.size() + metricSums.length];
        if (rows.size() > 0) {
            DeviceMemory target = sums.zeros((long) all.length * Long.BYTES);
            device.kernel(FILE, "gradients")
                    .launch(
                            rows.grid(),
                            loss.kind().ordinal(),
                            loss.parameter(),
                            factor(loss, scores.size()),
                            scores.size(),
                            addresses(scoreAddresses, rows.scores()),
                            rows.labels(),
                            rows.weights(),
                            keys,
                            sampling == null ? 0L : sampling.salt(),
                            sampling == null ? 0L : sampling.threshold(),
                            Math.scalb(1.0, scale.gradientExponent()),
                            Math.scalb(1.0, scale.hessianExponent()),
                            addresses(outAddresses, out),
                            metricCodes.of(codes(metrics)),
                            metrics.size(),
                            target,
                            rows.size());
            target.copyOut(0, all, 0, all.length);
        }
        for (int i = 0; i < metricSums.length; i++) {
            metricSums[i] += all[TOTALS * out.size() + i];
        }
        return totals(all, out.size());
    }

    void metricSums(
            List<RowMetric> metrics, List<Buffer> scores, Buffer labels, @Nullable Buffer weights, long[] metricSums) {
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("no score buffer was given; metrics take at least 1");
        }
        MetricSums.requireFits(metrics, scores.size(), metricSums);
        ScoredRows rows = rows(scores, labels, weights);
        if (rows.size() == 0) {
            return;
        }
        long[] all = new long[metricSums.length];
        DeviceMemory target = sums.zeros((long) all.length * Long.BYTES);
        device.kernel(FILE, "metric_sums")
                .launch(
                        rows.grid(),
                        scores.size(),
                        addresses(scoreAddresses, rows.scores()),
                        rows.labels(),
                        rows.weights(),
                        metricCodes.of(codes(metrics)),
                        metrics.size(),
                        target,
                        rows.size());
        target.copyOut(0, all, 0, all.length);
        for (int i = 0; i < all.length; i++) {
            metricSums[i] += all[i];
        }
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
        List<DeviceMemory> targets = outputs(out, out.size(), numRows);
        requireArrays(gradients, "gradients", out.size(), numRows);
        requireArrays(hessians, "hessians", out.size(), numRows);
        DeviceMemory keys = keys(sampling, rowKeys, numRows);
        long[] all = new long[TOTALS * targets.size()];
        for (int output = 0; numRows > 0 && output < targets.size(); output++) {
            DeviceMemory target = sums.zeros((long) TOTALS * Long.BYTES);
            device.kernel(FILE, "quantize")
                    .launch(
                            Grid.covering(numRows, BLOCK_ROWS, THREADS),
                            hostGradients.of(bits(gradients.get(output))),
                            hostHessians.of(bits(hessians.get(output))),
                            keys,
                            sampling == null ? 0L : sampling.salt(),
                            sampling == null ? 0L : sampling.threshold(),
                            Math.scalb(1.0, scale.gradientExponent()),
                            Math.scalb(1.0, scale.hessianExponent()),
                            targets.get(output),
                            target,
                            numRows);
            target.copyOut(0, all, TOTALS * output, TOTALS);
        }
        return totals(all, targets.size());
    }

    /** What the kernels want of a loss beside its parameter. */
    private static double factor(PointwiseLoss loss, int numOutputs) {
        return switch (loss.kind()) {
            case SOFTMAX -> numOutputs / (numOutputs - 1.0);
            case POISSON -> FixedMath.exp(0.7);
            default -> 1.0;
        };
    }

    /** Of each metric its kind and the bits of its parameter. */
    private static long[] codes(List<RowMetric> metrics) {
        long[] codes = new long[2 * metrics.size()];
        for (int m = 0; m < metrics.size(); m++) {
            codes[2 * m] = metrics.get(m).kind().ordinal();
            codes[2 * m + 1] = Double.doubleToRawLongBits(metrics.get(m).parameter());
        }
        return codes;
    }

    private static long[] bits(double[] values) {
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Double.doubleToRawLongBits(values[i]);
        }
        return bits;
    }

    private static DeviceMemory addresses(CudaScratch scratch, List<DeviceMemory> memories) {
        DeviceMemory target = scratch.bytes((long) memories.size() * Long.BYTES);
        target.copyInAddresses(memories);
        return target;
    }

    private List<DeviceMemory> outputs(List<Buffer> buffers, int numOutputs, int numRows) {
        if (buffers.size() != numOutputs) {
            throw new IllegalArgumentException(
                    buffers.size() + " buffers were given for the gradients of " + numOutputs + " outputs");
        }
        return buffers.stream()
                .map(buffer -> ownership.longs(buffer, "gradients", numRows))
                .toList();
    }

    private static void requireArrays(List<double[]> arrays, String name, int numOutputs, int numRows) {
        if (arrays.size() != numOutputs) {
            throw new IllegalArgumentException(
                    arrays.size() + " arrays of " + name + " were given for " + numOutputs + " outputs");
        }
        arrays.forEach(array -> CudaOwnership.requireRows(array.length, numRows, name));
    }

    private @Nullable DeviceMemory keys(@Nullable RowSampling sampling, @Nullable Buffer rowKeys, int numRows) {
        RowSampling.requireKeys(sampling, rowKeys);
        return rowKeys == null ? null : ownership.longs(rowKeys, "rowKeys", numRows);
    }

    private static List<GradientTotals> totals(long[] sums, int numOutputs) {
        List<GradientTotals> totals = new ArrayList<>(numOutputs);
        for (int at = 0; at < TOTALS * numOutputs; at += TOTALS) {
            totals.add(new GradientTotals(sums[at], sums[at + 1], sums[at + 2], sums[at + 3]));
        }
        return totals;
    }
}
