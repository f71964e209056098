package org.sparkmlext.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkmlext.kernels.cpu.HistogramScratch.CELLS;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both innermost loops against one cell at a time, with bins at both ends of a feature, and outside of every array. */
class CellAdderTest {

    private static final int COUNT = 300;
    private static final int FROM = 5;
    private static final int STRIDE = 3;

    private final long[] bins = new long[FROM + (COUNT - 1) * STRIDE + 1];
    private final long[] values = new long[COUNT];
    private final long[] others = new long[COUNT];

    CellAdderTest() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < bins.length; i++) {
            // Whole words of bin 0 and of bin 255 among them.
            bins[i] = i % 7 == 0 ? 0 : i % 7 == 1 ? -1 : random.nextLong();
        }
        for (int i = 0; i < COUNT; i++) {
            values[i] = random.nextLong();
            others[i] = random.nextLong();
        }
    }

    static Stream<CellAdder> adders() {
        return UncheckedCellAdder.isUsable()
                ? Stream.of(new CheckedCellAdder(), new UncheckedCellAdder())
                : Stream.of(new CheckedCellAdder());
    }

    private int bin(int row, int feature) {
        return (int) (bins[FROM + row * STRIDE] >>> (8 * feature)) & 255;
    }

    private long[] singles(int numFeatures) {
        long[] cells = new long[8 * CELLS];
        for (int row = 0; row < COUNT; row++) {
            for (int feature = 0; feature < numFeatures; feature++) {
                cells[feature * CELLS + bin(row, feature)] += values[row];
            }
        }
        return cells;
    }

    @ParameterizedTest
    @MethodSource("adders")
    void everyRowIsAddedToEveryFeature(CellAdder adder) {
        long[] cells = new long[8 * CELLS];
        adder.addEight(cells, values, bins, FROM, STRIDE, COUNT);
        assertThat(cells).isEqualTo(singles(8));
        cells = new long[8 * CELLS];
        adder.addFour(cells, values, bins, FROM, STRIDE, COUNT);
        assertThat(cells).isEqualTo(singles(4));
    }

    @ParameterizedTest
    @MethodSource("adders")
    void pairsAreAddedSideBySide(CellAdder adder) {
        for (int first : new int[] {0, 4}) {
            long[] wanted = new long[16 * CELLS];
            for (int row = 0; row < COUNT; row++) {
                for (int feature = first; feature < first + 4; feature++) {
                    int cell = 2 * (feature * CELLS + bin(row, feature));
                    wanted[cell] += values[row];
                    wanted[cell + 1] += others[row];
                }
            }
            long[] cells = new long[16 * CELLS];
            adder.addPairs(cells, values, others, bins, FROM, STRIDE, COUNT, first == 4);
            assertThat(cells).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @MethodSource("adders")
    void noRowsNeedNoArrays(CellAdder adder) {
        long[] none = new long[0];
        adder.addEight(none, none, none, 0, 1, 0);
        adder.addFour(none, none, none, 0, 1, 0);
        adder.addPairs(none, none, none, none, 0, 1, 0, true);
    }

    @ParameterizedTest
    @MethodSource("adders")
    void arraysThatAreTooShortAreRefused(CellAdder adder) {
        java.util.Arrays.fill(bins, -1);
        long[] cells = new long[16 * CELLS];
        long[] short8 = new long[8 * CELLS - 1];
        long[] short4 = new long[4 * CELLS - 1];
        long[] shortPairs = new long[16 * CELLS - 1];
        long[] fewer = new long[COUNT - 1];
        assertRefused(() -> adder.addEight(short8, values, bins, FROM, STRIDE, COUNT));
        assertRefused(() -> adder.addFour(short4, values, bins, FROM, STRIDE, COUNT));
        assertRefused(() -> adder.addPairs(shortPairs, values, others, bins, FROM, STRIDE, COUNT, true));
        assertRefused(() -> adder.addPairs(short8, values, others, bins, FROM, STRIDE, COUNT, false));
        assertRefused(() -> adder.addEight(cells, fewer, bins, FROM, STRIDE, COUNT));
        assertRefused(() -> adder.addFour(cells, fewer, bins, FROM, STRIDE, COUNT));
        assertRefused(() -> adder.addPairs(cells, fewer, others, bins, FROM, STRIDE, COUNT, true));
        assertRefused(() -> adder.addPairs(cells, values, fewer, bins, FROM, STRIDE, COUNT, true));
        for (int from : new int[] {FROM + 1, -1, Integer.MAX_VALUE}) {
            assertRefused(() -> adder.addEight(cells, values, bins, from, STRIDE, COUNT));
            assertRefused(() -> adder.addFour(cells, values, bins, from, STRIDE, COUNT));
            assertRefused(() -> adder.addPairs(cells, values, others, bins, from, STRIDE, COUNT, true));
        }
        for (int stride : new int[] {STRIDE + 1, -1, Integer.MAX_VALUE}) {
            assertRefused(() -> adder.addEight(cells, values, bins, FROM, stride, COUNT));
        }
    }

    private static void assertRefused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theJavaOfThisProjectTakesTheFasterOne() {
        if (Runtime.version().feature() < 24) {
            assertThat(CellAdder.fastest()).isInstanceOf(UncheckedCellAdder.class);
        } else {
            assertThat(CellAdder.fastest()).isInstanceOf(CheckedCellAdder.class);
        }
    }
}
