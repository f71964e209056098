package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlext.kernels.cuda.EmulatedBackendProvider;
import org.sparkmlext.kernels.emulated.CudaEmulator;
import org.sparkmlext.tree.TableMaker.RowValues;

/** The CUDA back end with its kernels run on the CPU. */
class CudaTrainingTest extends CudaTrainingContract {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaEmulator.hasCompiler(), "no g++ on the PATH: CUDA kernels were not run on the CPU");
    }

    @Override
    String device() {
        return "emulated";
    }

    @Override
    int numRows() {
        return 700;
    }

    @Override
    int trees(int few) {
        return few;
    }

    /**
     * Whichever allocation of a fit finds no memory: an error with numbers, everything given back (the emulated device refuses to be closed
     * before), and a fit with one allocation more comes further, up to the whole model.
     */
    @Test
    void memoryThatEndsAnywhereInAFitEndsThatFitOnly() {
        BoostingSettings settings =
                settings().withTrees(2).withShape(GrowPolicy.LEAFWISE, -1, 6).build();
        List<RowValues> rows = TableMaker.rows(120, 21);
        byte[] expected = train(settings, TableMaker.shards(rows, 1, true, true), "cpu");
        int most = 0;
        while (true) {
            int allowed = most;
            try {
                byte[] model = TrainingThreads.train(
                                settings,
                                TableMaker.shards(rows, 1, true, true),
                                rank -> EmulatedBackendProvider.withAllocations(allowed),
                                List.of())
                        .model();
                assertThat(model).isEqualTo(expected);
                break;
            } catch (RuntimeException failed) {
                assertThat(failed)
                        .as("after %d allocations", allowed)
                        .hasStackTraceContaining("cuda: no memory for ")
                        .hasStackTraceContaining(" bytes free of ")
                        .hasStackTraceContaining("Use more workers");
                assertThat(failed.getSuppressed()).as("closing the device").isEmpty();
            }
            most++;
        }
        assertThat(most).as("allocations of a fit").isGreaterThan(10);
    }
}
