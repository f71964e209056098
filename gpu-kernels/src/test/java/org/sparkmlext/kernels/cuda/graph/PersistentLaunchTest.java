package org.sparkmlext.kernels.cuda.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;

class PersistentLaunchTest {

    private static final DeviceFacts HOPPER = facts(132, 227 << 10);
    private static final DeviceFacts TURING = facts(40, 64 << 10);

    private static DeviceFacts facts(int numMultiprocessors, int sharedBytes) {
        return new DeviceFacts("a GPU", 9, 0, 13_000, 1L << 36, numMultiprocessors, sharedBytes);
    }

    @Test
    void aBatchIsSpreadOverTheMultiprocessors() {
        assertThat(PersistentLaunch.of(128, 64, HOPPER)).isEqualTo(new PersistentLaunch(128, false, 1, 1, 64));
        assertThat(PersistentLaunch.of(128, 256, HOPPER)).isEqualTo(new PersistentLaunch(128, false, 2, 2, 128));
        assertThat(PersistentLaunch.of(128, 1024, HOPPER)).isEqualTo(new PersistentLaunch(128, false, 2, 8, 128));
        assertThat(PersistentLaunch.of(128, 1100, HOPPER)).isEqualTo(new PersistentLaunch(128, false, 2, 6, 184));
        assertThat(PersistentLaunch.of(1, 1, HOPPER)).isEqualTo(new PersistentLaunch(32, false, 1, 1, 1));
    }

    @Test
    void weightsAreReadAgainWhereSharedMemoryIsTooSmall() {
        PersistentLaunch wide = PersistentLaunch.of(100, 64, HOPPER);
        assertThat(wide.suffix()).isEqualTo("_128_by_1");
        assertThat(wide.sharedBytes(false)).isEqualTo(64 << 10);
        assertThat(wide.sharedBytes(true)).isEqualTo(96 << 10);
        assertThat(PersistentLaunch.of(100, 256, HOPPER).sharedBytes(false)).isEqualTo(96 << 10);
        PersistentLaunch narrow = PersistentLaunch.of(100, 64, TURING);
        assertThat(narrow.suffix()).isEqualTo("_128_narrow_by_2");
        assertThat(narrow.sharedBytes(false)).isZero();
        assertThat(narrow.sharedBytes(true)).isZero();
        assertThat(PersistentLaunch.of(64, 64, TURING).suffix()).isEqualTo("_64_by_1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 131, 132, 133, 1056, 1057, 5000, 100_000})
    void everyRowIsInASliceThatFits(int rows) {
        for (int units : new int[] {1, 32, 33, 64, 65, 128}) {
            PersistentLaunch launch = PersistentLaunch.of(units, rows, HOPPER);
            assertThat(launch.slice()).isBetween(1, 8);
            assertThat(launch.slice() % launch.atOnce()).isZero();
            assertThat(launch.padded()).isBetween(units, 128);
            assertThat((long) launch.slice() * launch.blocks())
                    .isBetween((long) rows, (long) rows + launch.slice() - 1);
        }
    }
}
