package org.sparkmlext.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaResource;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.TreeKernels.PartitionTask;

/** The row at each position; not written before rows are moved for the first time. */
final class CudaPartition extends CudaResource implements RowPartition {

    /** Positions of a piece; {@code TILE} of {@code rows.cu}. */
    private static final int TILE = 2048;

    private static final int THREADS = CudaRows.THREADS;

    private final int numRows;
    private final DeviceMemory order;
    /** Room for one move of rows. */
    private final DeviceMemory moved;
    /** True while position and row are the same number. */
    private boolean isAscending = true;

    private final CudaScratch listMemory;
    private final CudaScratch markMemory;
    private final CudaScratch countMemory;
    private final CudaScratch beforeMemory;

    CudaPartition(CudaDevice owner, int numRows) {
        super(owner);
        this.numRows = numRows;
        String what = "a partition of " + numRows + " rows";
        order = owner.allocate((long) numRows * Integer.BYTES, what);
        moved = owner.allocate((long) numRows * Integer.BYTES, what);
        listMemory = new CudaScratch(owner, what);
        markMemory = new CudaScratch(owner, what);
        countMemory = new CudaScratch(owner, what);
        beforeMemory = new CudaScratch(owner, what);
    }

    /** The row at each position; null where that is the position itself. */
    @Nullable
    DeviceMemory order() {
        return isAscending ? null : order;
    }

    @Override
    public int numRows() {
        return numRows;
    }

    @Override
    public void reset() {
        requireOpen();
        isAscending = true;
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#partition}, of tasks that were checked. */
    int[] move(CudaRows rows, List<PartitionTask> tasks) {
        List<RowRange> ranges = tasks.stream().map(PartitionTask::rows).toList();
        Pieces pieces = Pieces.of(ranges, TILE);
        int count = pieces.count();
        if (count == 0) {
            return new int[tasks.size()];
        }
        List<DeviceMemory> lists = listMemory.of(pieces.values(), splits(rows, tasks), nodes(pieces, ranges));
        DeviceMemory ofPieces = lists.get(0);
        DeviceMemory marks = markMemory.bytes((long) count * TILE / Byte.SIZE);
        DeviceMemory counts = countMemory.bytes((long) count * Integer.BYTES);
        DeviceMemory before = beforeMemory.bytes((count + 1L) * Integer.BYTES);
        rows.markLeft(new PartitionMarks(lists.get(1), order(), ofPieces, count, marks, counts));
        owner().kernel("rows", "scan_counts").launch(Grid.of(1, THREADS), counts, count, before);
        owner().kernel("rows", "move_rows")
                .launch(Grid.of(count, THREADS), order(), ofPieces, count, lists.get(2), marks, before, moved);
        if (isAscending) {
            // Positions that are not moved hold their own rows from now on.
            owner().kernel("rows", "reset").launch(Grid.covering(numRows, THREADS, THREADS), order, numRows);
            isAscending = false;
        }
        owner().kernel("rows", "copy_pieces").launch(Grid.of(count, THREADS), moved, ofPieces, count, order);
        int[] sums = new int[count + 1];
        before.copyOut(0, sums, 0, sums.length);
        int[] numLeft = new int[tasks.size()];
        Arrays.setAll(numLeft, t -> sums[pieces.firsts()[t + 1]] - sums[pieces.firsts()[t]]);
        return numLeft;
    }

    private static int[] splits(CudaRows rows, List<PartitionTask> tasks) {
        int[] values = new int[4 * tasks.size()];
        for (int t = 0; t < tasks.size(); t++) {
            PartitionTask task = tasks.get(t);
            values[4 * t] = task.feature();
            values[4 * t + 1] = task.bin();
            values[4 * t + 2] = rows.layout().missingBin(task.feature());
            values[4 * t + 3] = task.isMissingLeft() ? 1 : 0;
        }
        return values;
    }

    private static int[] nodes(Pieces pieces, List<RowRange> ranges) {
        int[] values = new int[3 * ranges.size()];
        for (int r = 0; r < ranges.size(); r++) {
            values[3 * r] = pieces.firsts()[r];
            values[3 * r + 1] = pieces.firsts()[r + 1];
            values[3 * r + 2] = ranges.get(r).begin();
        }
        return values;
    }

    @Override
    protected void release() {
        owner().free(order);
        owner().free(moved);
        listMemory.free();
        markMemory.free();
        countMemory.free();
        beforeMemory.free();
    }

    @Override
    public String toString() {
        return "cuda row partition of " + numRows + " rows";
    }
}
