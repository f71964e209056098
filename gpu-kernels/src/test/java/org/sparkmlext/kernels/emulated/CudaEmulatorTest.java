package org.sparkmlext.kernels.emulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.emulated.CudaEmulator.Shape;

/** The emulator itself: barriers, shuffles, votes, and the faults it must find. */
@Timeout(120)
class CudaEmulatorTest {

    private static CudaEmulator probe;

    private static Memory ints(int... values) {
        Memory memory = new Memory((long) values.length * Integer.BYTES);
        memory.write(0, values, 0, values.length);
        return memory;
    }

    @BeforeAll
    static void compile() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
        probe = CudaEmulator.of("probe");
    }

    @Test
    void blocksAreSummedWithShufflesSharedMemoryAndBarriers() {
        int[] values = IntStream.range(0, 1000).map(i -> i * i).toArray();
        try (Memory in = ints(values);
                Memory out = ints(new int[4])) {
            probe.launch("block_sums", new Shape(4, 1, 1, 256, 0), in, out, values.length);
            for (int block = 0; block < 4; block++) {
                int expected = IntStream.range(block * 256, Math.min(1000, block * 256 + 256))
                        .map(i -> values[i])
                        .sum();
                assertThat(out.getInt(4L * block)).isEqualTo(expected);
            }
        }
    }

    @Test
    void votesAndShufflesSeeTheirLanes() {
        try (Memory out = ints(new int[64])) {
            probe.launch("votes", new Shape(1, 1, 1, 64, 0), out);
            for (int t = 0; t < 64; t++) {
                int warp = t / 32 * 32;
                int up = t == warp ? t : t - 1;
                assertThat(out.getInt(4L * t)).isEqualTo(1_000_000 + 32 * 10_000 + up + (t ^ 3) + warp);
            }
        }
    }

    @Test
    void divergentCollectiveIsReported() {
        try (Memory out = ints(new int[32])) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> probe.launch("divergent_shuffle", new Shape(1, 1, 1, 32, 0), out))
                    .withMessageContaining("never arrived");
        }
    }

    /** Whichever of two warps should come first: in some blocks the other one does. */
    @Test
    void missingBarrierShowsOnBothSides() {
        try (Memory out = ints(new int[16 * 64])) {
            probe.launch("neighbours", new Shape(16, 1, 1, 64, 0), out, 1);
            assertThat(out.getIntArray(0, 16 * 64)).containsOnly(1);
            probe.launch("neighbours", new Shape(16, 1, 1, 64, 0), out, 0);
            int[] found = out.getIntArray(0, 16 * 64);
            for (int warp = 0; warp < 2; warp++) {
                int first = 32 * warp;
                assertThat(IntStream.range(0, 16).map(block -> found[64 * block + first]))
                        .as("blocks in which warp %d reads too early, and others", warp)
                        .contains(0, 1);
            }
        }
    }

    @Test
    void impossibleLaunchesAreRefused() {
        try (Memory out = ints(new int[32])) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> probe.launch("no_such_kernel", new Shape(1, 1, 1, 32, 0), out))
                    .withMessageContaining("no kernel");
            assertThatIllegalStateException()
                    .isThrownBy(() -> probe.launch("votes", new Shape(1, 1, 1, 2048, 0), out))
                    .withMessageContaining("1024");
            assertThatIllegalStateException()
                    .isThrownBy(() -> probe.launch("votes", new Shape(1, 1, 1, 32, 1 << 20), out))
                    .withMessageContaining("shared memory");
        }
    }
}
