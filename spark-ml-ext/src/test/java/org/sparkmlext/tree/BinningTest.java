package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;

class BinningTest {

    @Test
    void featuresAreDroppedOnceBinnedAndLabelsAndWeightsStay() {
        Shard shard =
                TableMaker.shards(TableMaker.rows(2_000, 3), 1, true, true).get(0);
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(1)).backend();
                HostThreads threads = new HostThreads(2)) {
            Binning binning = new Binning(Collective.solo(), backend.trees(), threads, () -> {});
            Binning.Result result = binning.training(shard.training(), TableMaker.NUM_FEATURES, 255);
            assertThat(result.rows().numRows()).isEqualTo((int) shard.numRows());
            binning.others(shard.validation(), result).close();
            result.rows().close();
        }
        for (List<TableBlock> blocks : List.of(shard.training(), shard.validation())) {
            for (TableBlock block : blocks) {
                for (int f = 0; f < block.features().numFeatures(); f++) {
                    assertThat(block.features().column(f)).isEmpty();
                }
                assertThat(block.labels()).hasSize(block.numRows());
                assertThat(block.weights()).hasSize(block.numRows());
            }
        }
    }
}
