package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

class JvmRoomTest {

    private static String besideHeap(String master, long executorMegabytes, String... settings) {
        SparkConf conf = new SparkConf(false);
        for (int i = 0; i < settings.length; i += 2) {
            conf.set(settings[i], settings[i + 1]);
        }
        return JvmRoom.besideHeap(master, conf, executorMegabytes);
    }

    @Test
    void aContainerHasATenthBesideItsHeapOrWhatIsSet() {
        assertThat(besideHeap("yarn", 1024)).contains("a container has 384 MiB (spark.executor.memoryOverhead)");
        assertThat(besideHeap("yarn", 20_480)).contains(" 2048 MiB");
        assertThat(besideHeap("yarn", 20_480, "spark.executor.memoryOverheadFactor", "0.2"))
                .contains(" 4096 MiB");
        assertThat(besideHeap("yarn", 20_480, "spark.executor.memoryOverhead", "3g"))
                .contains(" 3072 MiB");
        // Spark 4 has a setting for the least.
        assertThat(besideHeap("yarn", 1024, "spark.executor.minMemoryOverhead", "1g"))
                .contains(" 1024 MiB");
        assertThat(besideHeap("k8s://https://host", 20_480, "spark.kubernetes.memoryOverheadFactor", "0.4"))
                .contains(" 8192 MiB");
    }

    @Test
    void whereNothingIsWatchedNothingIsSaid() {
        assertThat(besideHeap("spark://host:7077", 1024)).isEmpty();
        JvmRoom local = JvmRoom.of(LocalSpark.session().sparkContext());
        assertThat(local.besideHeap()).isEmpty();
        assertThat(local.heapBytes()).isEqualTo(Runtime.getRuntime().maxMemory());
        assertThat(local.setting()).startsWith("spark.driver.memory");
    }
}
