package org.sparkmlext.kernels.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Precision;

/** Whole networks on the CPU: they learn, give the same bits again, and leave no memory behind. */
class CpuGraphTrainingTest {

    private static Backend open(int threads) {
        return Backends.open("cpu", BackendOptions.threads(threads)).backend();
    }

    private static double[] losses(int threads, Precision precision, int steps) {
        try (Backend backend = open(threads);
                Training training = new Training(backend.graphs(), Networks.tiny(16), precision)) {
            return IntStream.range(0, steps).mapToDouble(i -> training.step()).toArray();
        }
    }

    @Test
    void aSmallNetworkLearnsABatchByHeart() {
        double[] losses = losses(2, Precision.FLOAT32, 150);
        assertThat(losses[149]).isLessThan(losses[0] / 4);
    }

    @Test
    void theSameAgainGivesTheSameBits() {
        assertThat(losses(2, Precision.FLOAT32, 5)).isEqualTo(losses(2, Precision.FLOAT32, 5));
    }

    @Test
    void aNetworkLearnsInBfloat16WhereTheCpuHasIt() {
        try (Backend backend = open(1)) {
            Availability availability = backend.graphs().supports(Precision.BFLOAT16);
            Assumptions.assumeTrue(availability.isAvailable(), availability.reason());
        }
        double[] losses = losses(2, Precision.BFLOAT16, 150);
        assertThat(losses[149]).isLessThan(losses[0] / 4);
    }
}
