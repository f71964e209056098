package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.tree.GradientScale.Precision;

class HistogramLaunchTest {

    private static final int HOPPER = 227 << 10;
    private static final int TURING = 64 << 10;

    @Test
    void wideKernelsWhereSharedMemoryIsEnough() {
        assertThat(HistogramLaunch.of(28, Precision.COARSE, false, HOPPER))
                .isEqualTo(new HistogramLaunch("histograms_coarse", 32, 1, 64 << 10));
        assertThat(HistogramLaunch.of(70, Precision.FINE, true, HOPPER))
                .isEqualTo(new HistogramLaunch("histograms_fine_counts", 96, 3, 160 << 10));
        assertThat(HistogramLaunch.of(9, Precision.COARSE, true, HOPPER))
                .isEqualTo(new HistogramLaunch("histograms_coarse_counts", 16, 1, 96 << 10));
    }

    @Test
    void narrowKernelsElsewhere() {
        assertThat(HistogramLaunch.of(28, Precision.COARSE, false, TURING).kernel())
                .isEqualTo("histograms_coarse");
        assertThat(HistogramLaunch.of(28, Precision.FINE, false, TURING))
                .isEqualTo(new HistogramLaunch("histograms_narrow_fine", 32, 4, 32 << 10));
        assertThat(HistogramLaunch.of(3, Precision.FINE, true, TURING))
                .isEqualTo(new HistogramLaunch("histograms_narrow_fine_counts", 16, 2, 40 << 10));
    }
}
