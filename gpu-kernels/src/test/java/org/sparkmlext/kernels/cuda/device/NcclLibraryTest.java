package org.sparkmlext.kernels.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Availability;

/** Every reason for which NCCL is not used is one sentence that names it. */
class NcclLibraryTest {

    @Test
    void aVersionAndAnAlgorithmThatAddInOrderAreTaken() {
        Availability ring = NcclLibrary.judge(23_007, "Ring");
        assertThat(ring.isAvailable()).isTrue();
        assertThat(ring.reason()).isEqualTo("NCCL 2.30.7, ring");
        assertThat(NcclLibrary.judge(21_400, "TREE")).isEqualTo(Availability.yes("NCCL 2.14.0, tree"));
    }

    @Test
    void othersAreRefusedWithTheReason() {
        refused(NcclLibrary.judge(21_301, "Ring"), "NCCL 2.13.1 is too old; needed is 2.14");
        refused(NcclLibrary.judge(2_805, "Ring"), "too old; needed is 2.14");
        refused(NcclLibrary.judge(22_803, ""), "NCCL_ALGO is not set");
        refused(NcclLibrary.judge(22_803, "NVLS"), "NCCL_ALGO is 'NVLS'");
        refused(NcclLibrary.judge(22_803, "Ring,NVLS"), "set spark.executorEnv.NCCL_ALGO");
    }

    private static void refused(Availability availability, String reason) {
        assertThat(availability.isAvailable()).isFalse();
        // Ranks tell each other in so many bytes.
        assertThat(availability.reason()).contains(reason).hasSizeLessThan(250);
    }
}
