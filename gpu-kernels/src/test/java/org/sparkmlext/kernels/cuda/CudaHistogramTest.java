package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.CudaKernel.Grid;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.HistogramContract;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.RowsKind;
import org.sparkmlext.kernels.tree.TreeData;

/** The histogram kernels on a GPU obey the same contract as the CPU's. */
@Tag("gpu")
@Timeout(300)
class CudaHistogramTest extends HistogramContract {

    /** No shared memory beyond this: the narrow kernels. */
    private static final int LITTLE_SHARED_BYTES = 48 << 10;

    private static CudaDevice device;
    private static CudaModule module;

    @BeforeAll
    static void open() {
        device = CudaDevice.open(0);
        module = CudaModule.load(device, "tree.ptx");
    }

    @AfterAll
    static void close() {
        // Neither is there where the device could not be opened, and that failure must not be hidden by another.
        if (module != null) {
            module.close();
        }
        if (device != null) {
            device.close();
        }
    }

    @Override
    protected RowsKind kind() {
        return RowsKind.DENSE;
    }

    /** By the kernels of both widths, whose sums must be equal. */
    @Override
    protected List<long[]> histograms(HistogramCall call, boolean withCounts) {
        List<long[]> sums = histograms(call, withCounts, device.facts().sharedBytes());
        List<long[]> narrow = histograms(call, withCounts, LITTLE_SHARED_BYTES);
        for (int i = 0; i < sums.size(); i++) {
            assertThat(narrow.get(i)).isEqualTo(sums.get(i));
        }
        return sums;
    }

    private static List<long[]> histograms(HistogramCall call, boolean withCounts, int sharedBytes) {
        TreeData data = call.data();
        BinLayout layout = data.layout();
        int numNodes = call.nodes().size();
        int slotLength = layout.totalBins() * (withCounts ? 3 : 2);
        HistogramLaunch plan = HistogramLaunch.of(layout.numFeatures(), call.precision(), withCounts, sharedBytes);
        CudaKernel clear = module.kernel("clear_histograms", 0);
        CudaKernel kernel = module.kernel(plan.kernel(), plan.sharedBytes());
        int[] offsets = IntStream.rangeClosed(0, layout.numFeatures())
                .map(layout::offset)
                .toArray();
        // Slots in reverse, and stale contents, so that neither place nor clearing goes unnoticed.
        int[] slots = IntStream.range(0, numNodes).map(i -> numNodes - 1 - i).toArray();
        long[] stale = new long[numNodes * slotLength];
        Arrays.fill(stale, 1234567);
        try (CudaBuffer bins = bytes(bins(data, plan.rowBytes()));
                CudaBuffer offset = ints(offsets);
                CudaBuffer gradients = longs(call.gradients());
                CudaBuffer order = ints(call.order());
                CudaBuffer begins = ints(positions(call.nodes(), true));
                CudaBuffer ends = ints(positions(call.nodes(), false));
                CudaBuffer slot = ints(slots);
                CudaBuffer out = longs(stale)) {
            clear.launch(new Grid(2, numNodes, 1, 256), out, slot, slotLength);
            int longest =
                    call.nodes().stream().mapToInt(RowRange::numRows).max().orElse(0);
            int rowsPerBlock = HistogramLaunch.MAX_ROWS_PER_BLOCK;
            int pieces = Math.max(1, (longest + rowsPerBlock - 1) / rowsPerBlock);
            kernel.launch(
                    new Grid(pieces, plan.numGroups(), numNodes, HistogramLaunch.NUM_THREADS),
                    bins,
                    plan.rowBytes(),
                    layout.numFeatures(),
                    offset,
                    gradients,
                    call.moves().isEmpty() ? null : order,
                    begins,
                    ends,
                    slot,
                    rowsPerBlock,
                    out,
                    slotLength);
            long[] all = new long[numNodes * slotLength];
            out.copyOut(0, all, 0, all.length);
            List<long[]> sums = new ArrayList<>();
            for (int s : slots) {
                sums.add(Arrays.copyOfRange(all, s * slotLength, (s + 1) * slotLength));
            }
            return sums;
        }
    }

    private static byte[] bins(TreeData data, int rowBytes) {
        byte[] bins = new byte[data.numRows() * rowBytes];
        for (int f = 0; f < data.layout().numFeatures(); f++) {
            for (int r = 0; r < data.numRows(); r++) {
                bins[r * rowBytes + f] = (byte) data.bin(r, f);
            }
        }
        return bins;
    }

    private static int[] positions(List<RowRange> nodes, boolean isBegin) {
        return nodes.stream()
                .mapToInt(node -> isBegin ? node.begin() : node.end())
                .toArray();
    }

    private static CudaBuffer bytes(byte... values) {
        CudaBuffer buffer = device.allocate(ElementType.BYTE, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }

    private static CudaBuffer ints(int... values) {
        CudaBuffer buffer = device.allocate(ElementType.INT, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }

    private static CudaBuffer longs(long... values) {
        CudaBuffer buffer = device.allocate(ElementType.LONG, values.length);
        buffer.copyIn(0, values, 0, values.length);
        return buffer;
    }
}
