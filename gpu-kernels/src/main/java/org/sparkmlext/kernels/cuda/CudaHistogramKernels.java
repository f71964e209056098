package org.sparkmlext.kernels.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaOwnership;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.GradientScale.Precision;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels.HistogramTask;
import org.sparkmlext.kernels.tree.TreeKernels.SubtractTask;

/** Launches the kernels of {@code tree.cu}. */
final class CudaHistogramKernels {

    private static final String FILE = "tree";
    /** Threads of a block of the kernels that are not those of dense rows. */
    private static final int THREADS = 256;

    private static final int WARP = 32;
    /** Fewer rows than these do not pay for clearing shared memory and moving it out. */
    private static final int LEAST_ROWS_PER_BLOCK = 2048;
    /** Rows of a piece of stored bins. */
    private static final int STORED_PIECE = 2048;
    /** Most blocks that clear a slot or subtract: each has many numbers. */
    private static final int MOST_BLOCKS = 1024;
    /** Sums of a node over all its rows: gradients, hessians, rows. */
    private static final int TOTALS = 3;

    private final CudaDevice device;
    private final CudaOwnership ownership;
    private final CudaScratch nodeLists;
    private final CudaScratch lists;
    private final CudaScratch totals;

    CudaHistogramKernels(CudaDevice device) {
        this.device = device;
        ownership = new CudaOwnership(device);
        String what = "a list of nodes";
        nodeLists = new CudaScratch(device, what);
        lists = new CudaScratch(device, what);
        totals = new CudaScratch(device, "the sums of nodes");
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#histograms}. */
    void build(
            BinnedRows rows,
            Buffer gradients,
            RowPartition partition,
            Precision precision,
            List<HistogramTask> tasks,
            HistogramPool pool) {
        CudaRows own = ownership.own(rows, CudaRows.class, "rows");
        CudaPartition order = ownership.own(partition, CudaPartition.class, "partition");
        CudaHistogramPool target = ownership.own(pool, CudaHistogramPool.class, "pool");
        CudaOwnership.requireRows(order.numRows(), own.numRows(), "partition");
        if (!own.layout().equals(target.layout())) {
            throw new IllegalArgumentException(
                    own + " have layout " + own.layout() + ", but the pool has another: " + target);
        }
        HistogramTask.requireFits(tasks, own.numRows(), target.numSlots());
        DeviceMemory values = ownership.longs(gradients, "gradients", own.numRows());
        own.requireComplete();
        if (tasks.isEmpty() || target.slotLength() == 0) {
            return;
        }
        List<RowRange> nodes = tasks.stream().map(HistogramTask::rows).toList();
        List<DeviceMemory> ofNodes = nodeLists.of(
                tasks.stream().mapToInt(HistogramTask::slot).toArray(),
                nodes.stream().mapToInt(RowRange::begin).toArray(),
                nodes.stream().mapToInt(RowRange::end).toArray());
        DeviceMemory ofSlots = ofNodes.get(0);
        clear(target, ofSlots, tasks.size());
        if (own instanceof CudaSparseRows sparse) {
            add(sparse, values, order.order(), precision, nodes, ofSlots, target);
        } else {
            add((CudaDenseRows) own, values, order.order(), precision, nodes, ofNodes, target);
        }
    }

    private void clear(CudaHistogramPool pool, DeviceMemory ofSlots, int numNodes) {
        device.kernel(FILE, "clear_histograms")
                .launch(
                        new Grid(numBlocks(pool.slotLength()), numNodes, 1, THREADS),
                        pool.cells(),
                        ofSlots,
                        pool.slotLength());
    }

    private static int numBlocks(int slotLength) {
        return Math.min(MOST_BLOCKS, Grid.covering(slotLength, THREADS, THREADS).x());
    }

    private void add(
            CudaDenseRows rows,
            DeviceMemory gradients,
            @Nullable DeviceMemory order,
            Precision precision,
            List<RowRange> nodes,
            List<DeviceMemory> ofNodes,
            CudaHistogramPool pool) {
        int numFeatures = rows.layout().numFeatures();
        HistogramLaunch launch = HistogramLaunch.of(
                numFeatures, precision, pool.hasCounts(), device.facts().sharedBytes());
        int longest = nodes.stream().mapToInt(RowRange::numRows).max().orElse(0);
        if (longest == 0) {
            return;
        }
        int piece = rowsPerBlock(nodes, launch.numGroups());
        device.kernel(FILE, launch.kernel(), launch.sharedBytes())
                .launch(
                        new Grid(
                                Grid.covering(longest, piece, THREADS).x(),
                                launch.numGroups(),
                                nodes.size(),
                                HistogramLaunch.NUM_THREADS),
                        rows.rows(),
                        rows.rowBytes(),
                        numFeatures,
                        rows.offsets(),
                        gradients,
                        order,
                        ofNodes.get(1),
                        ofNodes.get(2),
                        ofNodes.get(0),
                        piece,
                        pool.cells(),
                        pool.slotLength());
    }

    /** So many that all nodes together are one round of blocks. */
    private int rowsPerBlock(List<RowRange> nodes, int numGroups) {
        long rows = nodes.stream().mapToLong(RowRange::numRows).sum() * numGroups;
        long even = (rows + device.facts().numMultiprocessors() - 1)
                / device.facts().numMultiprocessors();
        return (int) Math.max(LEAST_ROWS_PER_BLOCK, Math.min(HistogramLaunch.MAX_ROWS_PER_BLOCK, even));
    }

    private void add(
            CudaSparseRows rows,
            DeviceMemory gradients,
            @Nullable DeviceMemory order,
            Precision precision,
            List<RowRange> nodes,
            DeviceMemory ofSlots,
            CudaHistogramPool pool) {
        Pieces pieces = Pieces.of(nodes, STORED_PIECE);
        if (pieces.count() == 0) {
            return;
        }
        DeviceMemory ofNodes = totals.zeros((long) nodes.size() * TOTALS * Long.BYTES);
        device.kernel(FILE, "stored_histograms_" + precision.name().toLowerCase(Locale.ROOT))
                .launch(
                        Grid.of(pieces.count(), THREADS),
                        rows.starts(),
                        rows.stored(),
                        gradients,
                        order,
                        lists.of(pieces.values()),
                        pieces.count(),
                        ofSlots,
                        pool.cells(),
                        pool.slotLength(),
                        pool.cellWidth(),
                        ofNodes);
        int numFeatures = rows.layout().numFeatures();
        device.kernel(FILE, "add_absent")
                .launch(
                        new Grid(
                                Grid.covering(numFeatures, THREADS / WARP, THREADS)
                                        .x(),
                                nodes.size(),
                                1,
                                THREADS),
                        rows.offsets(),
                        rows.absent(),
                        numFeatures,
                        ofSlots,
                        ofNodes,
                        pool.cells(),
                        pool.slotLength(),
                        pool.cellWidth());
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#subtract}. */
    void subtract(HistogramPool pool, List<SubtractTask> tasks) {
        CudaHistogramPool own = ownership.own(pool, CudaHistogramPool.class, "pool");
        int[] values = new int[3 * tasks.size()];
        for (int t = 0; t < tasks.size(); t++) {
            values[3 * t] = Objects.checkIndex(tasks.get(t).parent(), own.numSlots());
            values[3 * t + 1] = Objects.checkIndex(tasks.get(t).child(), own.numSlots());
            values[3 * t + 2] = Objects.checkIndex(tasks.get(t).sibling(), own.numSlots());
        }
        if (values.length > 0 && own.slotLength() > 0) {
            device.kernel(FILE, "subtract")
                    .launch(
                            Grid.of(numBlocks(own.slotLength()), THREADS),
                            own.cells(),
                            lists.of(values),
                            tasks.size(),
                            own.slotLength());
        }
    }
}
