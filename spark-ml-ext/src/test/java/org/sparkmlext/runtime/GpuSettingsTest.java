package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.data.Shard;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.training.GpuSums;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.TrainingListener;
import org.sparkmlext.training.Worker;

/** How GPUs add and multiply, from Spark's settings to the ranks. */
@Timeout(120)
class GpuSettingsTest {

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

    /** Its model is what the device of a rank says of itself. */
    private record Device(String settings) implements TrainingAlgorithm<String> {
        @Override
        public MemoryPlan memoryPlan(ShardShape shape) {
            return new MemoryPlan(Map.of());
        }

        @Override
        public byte[] train(Worker worker, Shard shard) {
            return worker.backend().description().getBytes(StandardCharsets.UTF_8);
        }
    }

    private static String told() {
        return told(new Told(""), "cpu");
    }

    private static String told(TrainingAlgorithm<String> algorithm, String device) {
        DistributedTrainer.Result result = DistributedTrainer.train(
                Tables.rows(spark, 10, 1),
                Tables.COLUMNS,
                algorithm,
                new RuntimeOptions(1, 0, device),
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
            assertThatThrownBy(GpuSettingsTest::told)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("spark.sparkmlext.gpuSums is 'NCCL'; allowed: host, auto, nccl");
        } finally {
            spark.sparkContext().conf().remove(GpuSums.SETTING);
        }
    }

    @Test
    void devicesAreToldWhatMultiplies() {
        assumeTrue(CudaDriver.missing() == null, CudaDriver.missing());
        assertThat(told(new Device(""), "emulated")).doesNotContain("products");
        try {
            spark.sparkContext().conf().set(GpuProducts.SETTING, "auto");
            assertThat(told(new Device(""), "emulated"))
                    .endsWith("; products by cuBLASLt 13.1.1, cuDNN 9.19.0, own kernels");
            spark.sparkContext().conf().set(GpuProducts.SETTING, "cudnn");
            assertThatThrownBy(GpuSettingsTest::told)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("spark.sparkmlext.gpuProducts is 'cudnn'; allowed: own, auto");
        } finally {
            spark.sparkContext().conf().remove(GpuProducts.SETTING);
        }
    }
}
