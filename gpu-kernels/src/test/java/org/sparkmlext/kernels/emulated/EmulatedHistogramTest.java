package org.sparkmlext.kernels.emulated;

import com.sun.jna.Memory;
import java.util.ArrayList;
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
    private static final int WORD_FEATURES = 8;
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

    @Override
    protected List<long[]> histograms(HistogramCall call, boolean withCounts) {
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
        java.util.Arrays.fill(stale, 1234567);
        String precision = call.precision().name().toLowerCase(Locale.ROOT);
        String kernel = "histograms_" + precision + (withCounts ? "_counts" : "");
        try (Memory words = CudaEmulator.longs(words(data));
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
            int cellInts = (precision.equals("fine") ? 4 : 2) + (withCounts ? 1 : 0);
            int shared = WORD_FEATURES * PLACES * cellInts * Integer.BYTES;
            kernels.launch(
                    kernel,
                    new Shape(pieces, numWords(layout), numNodes, THREADS, shared),
                    words,
                    layout.numFeatures(),
                    offset,
                    gradients,
                    order,
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

    private static int numWords(BinLayout layout) {
        return (layout.numFeatures() + WORD_FEATURES - 1) / WORD_FEATURES;
    }

    private static long[] words(TreeData data) {
        int numWords = numWords(data.layout());
        long[] words = new long[data.numRows() * numWords];
        for (int f = 0; f < data.layout().numFeatures(); f++) {
            for (int r = 0; r < data.numRows(); r++) {
                words[r * numWords + f / WORD_FEATURES] |= (long) data.bin(r, f) << (8 * (f % WORD_FEATURES));
            }
        }
        return words;
    }

    private static int[] positions(List<RowRange> nodes, boolean isBegin) {
        return nodes.stream()
                .mapToInt(node -> isBegin ? node.begin() : node.end())
                .toArray();
    }
}
