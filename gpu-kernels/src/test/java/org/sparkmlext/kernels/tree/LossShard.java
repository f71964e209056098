package org.sparkmlext.kernels.tree;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** One rank's rows on a device, for tests of losses. */
final class LossShard implements AutoCloseable {

    final List<Buffer> scores = new ArrayList<>();
    final List<Buffer> gradients = new ArrayList<>();
    final Buffer labels;
    final Buffer weights;
    private final TreeKernels kernels;

    LossShard(Backend backend, ReferenceLossKernels.Rows rows) {
        kernels = backend.trees();
        for (float[] ofOutput : rows.scores()) {
            scores.add(floats(backend, ofOutput));
            gradients.add(backend.allocate(ElementType.LONG, rows.size()));
        }
        labels = floats(backend, rows.labels());
        weights = rows.weights() == null ? null : floats(backend, rows.weights());
    }

    private static Buffer floats(Backend backend, float[] values) {
        Buffer buffer = backend.allocate(ElementType.FLOAT, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }

    double[] maxGradients(PointwiseLoss loss) {
        return kernels.maxGradients(loss, scores, labels, weights);
    }

    /** Without sampling. */
    List<GradientTotals> gradients(PointwiseLoss loss, GradientScale scale, List<RowMetric> metrics, long[] sums) {
        return kernels.gradients(loss, scores, labels, weights, null, null, scale, gradients, metrics, sums);
    }

    long[] metricSums(List<RowMetric> metrics) {
        long[] sums = new long[MetricSums.length(metrics)];
        kernels.metricSums(metrics, scores, labels, weights, sums);
        return sums;
    }

    @Override
    public void close() {
        scores.forEach(Buffer::close);
        gradients.forEach(Buffer::close);
        labels.close();
        if (weights != null) {
            weights.close();
        }
    }
}
