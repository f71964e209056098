package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.graph.AdditiveSums;
import org.sparkmlext.kernels.graph.DirectSums;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Shape;

/** Sums of a group of one: every call that a larger group makes, on a single device, and what was there is there afterwards. */
final class OneRankSums {

    private static final int LENGTH = 100_000;

    private OneRankSums() {}

    /** @param backend whose sums from device to device are available */
    static void check(Backend backend) {
        ModelLayout layout = new ModelLayout(
                FlatLayout.of(Map.of("p", Shape.of(LENGTH))), FlatLayout.of(Map.of()), List.of(ModelLayout.LOSS));
        DirectSums direct = backend.graphs().directSums();
        assertThat(direct.device()).isNotEmpty();
        try (ModelMemory memory = backend.graphs().allocate(layout, true)) {
            EmulatedGraphKernelsTest.write(memory.additive(), 1);
            float[] written = EmulatedGraphKernelsTest.read(memory.additive());
            for (boolean isFinished : new boolean[] {true, false}) {
                try (AdditiveSums sums = direct.join(direct.newGroup(), 0, 1, memory, () -> {})) {
                    sums.begin(7, LENGTH - 7);
                    sums.begin(0, 7);
                    sums.await();
                    assertThat(EmulatedGraphKernelsTest.read(memory.additive())).isEqualTo(written);
                    sums.begin(0, LENGTH);
                    if (isFinished) {
                        sums.finish();
                    }
                }
            }
        }
    }
}
