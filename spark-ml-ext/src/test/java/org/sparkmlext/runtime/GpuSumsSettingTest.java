package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.data.Shard;
import org.sparkmlext.training.GpuSums;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.Worker;

/** The way of sums over GPUs, from Spark's settings to the ranks. */
@Timeout(120)
class GpuSumsSettingTest {

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = Tables.session("local[2]");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    /** Its model is what a rank was told. */
    private record Told(String settings) implements TrainingAlgorithm<String> {
        @Override
        public MemoryPlan memoryPlan(ShardShape shape) {
            return new MemoryPlan(Map.of());
        }

        @Override
        public byte[] train(Worker worker, Shard shard) {
            worker.log("sums go this way: " + worker.gpuSums());
            return worker.gpuSums().text().getBytes(StandardCharsets.UTF_8);
        }
    }

    private static String told() {
        DistributedTrainer.Result result = DistributedTrainer.train(
                Tables.rows(spark, 10, 1),
                Tables.COLUMNS,
                new Told(""),
                new RuntimeOptions(1, 0, "cpu"),
                new TrainingListener() {});
        return new String(result.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void ranksAreToldAndWhatIsUnknownIsRefusedBeforeTheScan() {
        assertThat(told()).isEqualTo("host");
        try {
            spark.sparkContext().conf().set(GpuSums.SETTING, "auto");
            assertThat(told()).isEqualTo("auto");
            spark.sparkContext().conf().set(GpuSums.SETTING, "NCCL");
            assertThatThrownBy(GpuSumsSettingTest::told)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("spark.sparkmlext.gpuSums is 'NCCL'; allowed: host, auto, nccl");
        } finally {
            spark.sparkContext().conf().remove(GpuSums.SETTING);
        }
    }
}
