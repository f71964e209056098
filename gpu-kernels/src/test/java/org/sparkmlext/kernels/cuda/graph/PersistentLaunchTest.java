package org.sparkmlext.kernels.cuda.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.graph.Recurrent.Cell;

class PersistentLaunchTest {

    private static final DeviceFacts HOPPER = facts(132, 227 << 10);
    private static final DeviceFacts TURING = facts(40, 64 << 10);

    private static DeviceFacts facts(int numMultiprocessors, int sharedBytes) {
        return new DeviceFacts("a GPU", 9, 0, 13_000, 1L << 36, numMultiprocessors, sharedBytes);
    }

    private static PersistentLaunch of(Cell cell, int units, int rows, DeviceFacts facts) {
        return Objects.requireNonNull(PersistentLaunch.of(cell, units, rows, false, facts));
    }

    @Test
    void aBatchIsSpreadOverTheMultiprocessors() {
        assertThat(of(Cell.LSTM, 128, 64, HOPPER))
                .isEqualTo(new PersistentLaunch(Cell.LSTM, false, 128, false, 1, 1, 64));
        assertThat(of(Cell.LSTM, 128, 256, HOPPER))
                .isEqualTo(new PersistentLaunch(Cell.LSTM, false, 128, false, 2, 2, 128));
        assertThat(of(Cell.LSTM, 128, 1024, HOPPER))
                .isEqualTo(new PersistentLaunch(Cell.LSTM, false, 128, false, 2, 8, 128));
        assertThat(of(Cell.LSTM, 128, 1100, HOPPER))
                .isEqualTo(new PersistentLaunch(Cell.LSTM, false, 128, false, 2, 6, 184));
        assertThat(of(Cell.LSTM, 1, 1, HOPPER)).isEqualTo(new PersistentLaunch(Cell.LSTM, false, 32, false, 1, 1, 1));
        assertThat(of(Cell.GRU, 1, 1, HOPPER)).isEqualTo(new PersistentLaunch(Cell.GRU, false, 64, false, 2, 2, 1));
    }

    @Test
    void weightsAreReadAgainWhereSharedMemoryIsTooSmall() {
        PersistentLaunch wide = of(Cell.LSTM, 100, 64, HOPPER);
        assertThat(wide.kernel(false)).isEqualTo("lstm_128_by_1");
        assertThat(wide.sharedBytes(false)).isEqualTo(64 << 10);
        assertThat(wide.sharedBytes(true)).isEqualTo(96 << 10);
        assertThat(of(Cell.LSTM, 100, 256, HOPPER).sharedBytes(false)).isEqualTo(96 << 10);
        PersistentLaunch narrow = of(Cell.LSTM, 100, 64, TURING);
        assertThat(narrow.kernel(true)).isEqualTo("lstm_gradient_128_narrow_by_2");
        assertThat(narrow.sharedBytes(false)).isZero();
        assertThat(narrow.sharedBytes(true)).isZero();
        assertThat(of(Cell.LSTM, 64, 64, TURING).kernel(false)).isEqualTo("lstm_64_by_1");
    }

    @Test
    void aGruHasFewerWeightsAndFitsSmallerMemory() {
        PersistentLaunch launch = of(Cell.GRU, 128, 64, TURING);
        assertThat(launch.kernel(false)).isEqualTo("gru_128");
        assertThat(launch.kernel(true)).isEqualTo("gru_gradient_128");
        assertThat(launch.sharedBytes(false)).isEqualTo(24 << 10);
        assertThat(launch.sharedBytes(true)).isEqualTo(32 << 10);
        assertThat(PersistentLaunch.of(Cell.GRU, 128, 64, false, facts(40, 48 << 10)))
                .isNull();
    }

    @Test
    void tensorCoresTakeSlicesOfUpToEightRows() {
        PersistentLaunch launch = PersistentLaunch.of(Cell.LSTM, 100, 1000, true, HOPPER);
        assertThat(launch).isEqualTo(new PersistentLaunch(Cell.LSTM, true, 128, false, 8, 8, 125));
        assertThat(Objects.requireNonNull(launch).kernel(true)).isEqualTo("lstm_gradient_bfloat16_128_by_8");
        assertThat(launch.sharedBytes(true)).isZero();
        assertThat(PersistentLaunch.of(Cell.LSTM, 128, 200, true, HOPPER))
                .isEqualTo(new PersistentLaunch(Cell.LSTM, true, 128, false, 4, 2, 100));
        assertThat(PersistentLaunch.of(Cell.GRU, 128, 64, true, HOPPER)).isEqualTo(of(Cell.GRU, 128, 64, HOPPER));
    }

    @Test
    void othersGoStepByStep() {
        assertThat(PersistentLaunch.of(Cell.LSTM, 129, 64, false, HOPPER)).isNull();
        assertThat(PersistentLaunch.of(Cell.GRU, 129, 64, false, HOPPER)).isNull();
        assertThat(PersistentLaunch.of(Cell.RNN, 8, 64, false, HOPPER)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 131, 132, 133, 1056, 1057, 5000, 100_000})
    void everyRowIsInASliceThatFits(int rows) {
        for (int units : new int[] {1, 32, 33, 64, 65, 128}) {
            for (Cell cell : new Cell[] {Cell.LSTM, Cell.GRU}) {
                PersistentLaunch launch = of(cell, units, rows, HOPPER);
                assertThat(launch.slice()).isBetween(1, 8);
                assertThat(launch.slice() % launch.atOnce()).isZero();
                assertThat(launch.padded()).isBetween(units, 128);
                assertThat((long) launch.slice() * launch.blocks())
                        .isBetween((long) rows, (long) rows + launch.slice() - 1);
            }
        }
    }
}
