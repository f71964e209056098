package org.sparkmlext.kernels.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.BufferContract;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** The whole contract of a back end with boosting kernels: a back end's test is one subclass that opens it. */
public abstract class TreeKernelsContract {

    protected abstract Backend open();

    @Nested
    class Buffers extends BufferContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }
    }

    @Nested
    class Gradients extends GradientKernelsContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }
    }

    @Nested
    class LossDerivatives extends LossDerivativesContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }
    }

    @Nested
    class Residuals extends ResidualCountsContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }
    }

    @Nested
    class Splits extends SplitKernelsContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }
    }

    @Nested
    class Rows extends RowKernelsContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }

        @Override
        protected RowsKind kind() {
            return RowsKind.DENSE;
        }
    }

    @Nested
    class RowsOfSparseTables extends RowKernelsContract {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }

        @Override
        protected RowsKind kind() {
            return RowsKind.SPARSE;
        }
    }

    /** The histograms of one kind of rows: also for a back end that has several kernels for them. */
    public abstract static class Histograms extends HistogramContract {

        protected abstract Backend open();

        @Override
        protected List<long[]> histograms(HistogramCall call, boolean withCounts) {
            return TreeKernelsContract.histograms(open(), kind(), call, withCounts);
        }
    }

    /** Of dense rows. */
    public abstract static class DenseHistograms extends Histograms {
        @Override
        protected RowsKind kind() {
            return RowsKind.DENSE;
        }
    }

    @Nested
    class HistogramsOfDenseTables extends DenseHistograms {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }
    }

    @Nested
    class HistogramsOfSparseTables extends Histograms {
        @Override
        protected Backend open() {
            return TreeKernelsContract.this.open();
        }

        @Override
        protected RowsKind kind() {
            return RowsKind.SPARSE;
        }
    }

    private static List<long[]> histograms(
            Backend opened, RowsKind kind, HistogramContract.HistogramCall call, boolean withCounts) {
        TreeData data = call.data();
        int numNodes = call.nodes().size();
        try (Backend backend = opened;
                BinnedRows rows = kind.of(backend, data);
                RowPartition partition = backend.trees().allocatePartition(data.numRows());
                Buffer gradients = backend.allocate(ElementType.LONG, data.numRows());
                HistogramPool pool = backend.trees().allocateHistograms(data.layout(), numNodes + 1, withCounts)) {
            List<HistogramTask> tasks = new ArrayList<>();
            for (int i = 0; i < numNodes; i++) {
                tasks.add(new HistogramTask(call.nodes().get(i), numNodes - i));
            }
            long[] stale = new long[pool.slotLength()];
            Arrays.fill(stale, 1234567);
            for (int slot = 0; slot <= numNodes; slot++) {
                pool.copyIn(slot, stale, 0);
            }
            // Other gradients first, and rows moved after them: a back end may keep copies, but not stale ones.
            gradients.copyIn(0, data.randomGradients(7), 0, data.numRows());
            backend.trees().histograms(rows, gradients, partition, call.precision(), tasks, pool);
            for (PartitionTask move : call.moves()) {
                backend.trees().partition(rows, partition, List.of(move));
            }
            gradients.copyIn(0, call.gradients(), 0, data.numRows());
            backend.trees().histograms(rows, gradients, partition, call.precision(), tasks, pool);
            // Twice, since nothing of the first call may be left over.
            backend.trees().histograms(rows, gradients, partition, call.precision(), tasks, pool);
            List<long[]> slots = new ArrayList<>();
            for (HistogramTask task : tasks) {
                long[] slot = new long[pool.slotLength()];
                pool.copyOut(task.slot(), slot, 0);
                slots.add(slot);
            }
            long[] untouched = new long[pool.slotLength()];
            pool.copyOut(0, untouched, 0);
            assertThat(untouched).isEqualTo(stale);
            return slots;
        }
    }
}
