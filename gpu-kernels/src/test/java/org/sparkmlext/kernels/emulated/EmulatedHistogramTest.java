package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;
import org.sparkmlext.kernels.tree.BinLayout;
import org.sparkmlext.kernels.tree.HistogramContract;
import org.sparkmlext.kernels.tree.RowRange;
import org.sparkmlext.kernels.tree.RowsKind;
import org.sparkmlext.kernels.tree.TreeData;

/** The CUDA histogram kernels obey the same contract as the CPU's. */
@Timeout(300)
class EmulatedHistogramTest extends HistogramContract {

    private static final int THREADS = 128;
    private static final int PLACES = 256;
    /** The largest piece that coarse sums can take, so that the contract's many rows put it to the test. */
    private static final int ROWS_PER_BLOCK = 65535;

    private static CudaEmulator kernels;

    @BeforeAll
    static void compile() {
        kernels = CudaEmulator.compile("src/main/cuda/tree.cu");
    }

    @Override
    protected RowsKind kind() {
        return RowsKind.DENSE;
    }

    /** By the kernels of both widths, whose sums must be equal. */
    @Override
    protected List<long[]> histograms(HistogramCall call, boolean withCounts) {
        List<long[]> sums = histograms(call, withCounts, "", 32);
        List<long[]> narrow = histograms(call, withCounts, "narrow_", 8);
        for (int i = 0; i < sums.size(); i++) {
            assertThat(narrow.get(i)).isEqualTo(sums.get(i));
        }
        return sums;
    }

    private static List<long[]> histograms(HistogramCall call, boolean withCounts, String prefix, int columns) {
        TreeData data = call.data();
        BinLayout layout = data.layout();
        int numNodes = call.nodes().size();
        int slotLength = layout.totalBins() * (withCounts ? 3 : 2);
        int[] offsets = IntStream.rangeClosed(0, layout.numFeatures())
                .map(layout::offset)
                .toArray();
        // Slots in reverse, and stale contents, so that neither place nor clearing goes unnoticed.
        int[] slots = IntStream.range(0, numNodes).map(i -> numNodes - 1 - i).toArray();
        long[] stale = new long[numNodes * slotLength];
        Arrays.fill(stale, 1234567);
        String precision = call.precision().name().toLowerCase(Locale.ROOT);
        String kernel = "histograms_" + prefix + precision + (withCounts ? "_counts" : "");
        int rowBytes = rowBytes(layout);
        try (Memory bins = CudaEmulator.bytes(bins(data));
                Memory offset = CudaEmulator.ints(offsets);
                Memory gradients = CudaEmulator.longs(call.gradients());
                Memory order = CudaEmulator.ints(call.order());
                Memory begins = CudaEmulator.ints(positions(call.nodes(), true));
                Memory ends = CudaEmulator.ints(positions(call.nodes(), false));
                Memory slot = CudaEmulator.ints(slots);
                Memory out = CudaEmulator.longs(stale)) {
            kernels.launch("clear_histograms", new Shape(2, numNodes, 1, THREADS, 0), out, slot, slotLength);
            int longest =
                    call.nodes().stream().mapToInt(RowRange::numRows).max().orElse(0);
            int pieces = Math.max(1, (longest + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK);
            int planes = (precision.equals("fine") ? 4 : 2) + (withCounts ? 1 : 0);
            int shared = planes * PLACES * columns * Integer.BYTES;
            kernels.launch(
                    kernel,
                    new Shape(pieces, rowBytes / Math.min(rowBytes, columns), numNodes, THREADS, shared),
                    bins,
                    rowBytes,
                    layout.numFeatures(),
                    offset,
                    gradients,
                    // Rows in their own order need no list of it.
                    call.moves().isEmpty() ? null : order,
                    begins,
                    ends,
                    slot,
                    ROWS_PER_BLOCK,
                    out,
                    slotLength);
            List<long[]> sums = new ArrayList<>();
            for (int s : slots) {
                sums.add(out.getLongArray((long) s * slotLength * Long.BYTES, slotLength));
            }
            return sums;
        }
    }

    private static int rowBytes(BinLayout layout) {
        return layout.numFeatures() <= 16 ? 16 : (layout.numFeatures() + 31) / 32 * 32;
    }

    private static byte[] bins(TreeData data) {
        int rowBytes = rowBytes(data.layout());
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
}
