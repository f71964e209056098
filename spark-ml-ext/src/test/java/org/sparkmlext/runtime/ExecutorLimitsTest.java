package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** What dynamic allocation can give, read from settings, and the workers chosen by it. */
class ExecutorLimitsTest {

    private static final int UNKNOWN = Integer.MAX_VALUE;

    private final SparkConf conf = new SparkConf(false);

    private ExecutorLimits limits(String master) {
        return ExecutorLimits.of(conf, master, Integer.MAX_VALUE, OptionalInt.empty());
    }

    private static WorkerChoice choice(ExecutorLimits limits, int numWorkers, long rows, int partitions, int now) {
        return WorkerChoice.dynamic(limits, new RuntimeOptions(numWorkers, 0, "cpu"), rows, partitions, now);
    }

    @Test
    void slotsAreExecutorsTimesTheTasksOfOne() {
        conf.set("spark.dynamicAllocation.maxExecutors", "5").set("spark.executor.cores", "4");
        conf.set("spark.task.cpus", "2");
        assertThat(limits("yarn").mostSlots()).isEqualTo(10);
        conf.set("spark.cores.max", "12");
        assertThat(limits("spark://h:7077").mostSlots()).isEqualTo(6);
        assertThat(limits("local-cluster[1, 8, 1024]").mostSlots()).isEqualTo(4);
        conf.remove("spark.executor.cores");
        assertThat(limits("local-cluster[2,4,1024]").mostSlots())
                .as("an executor takes the four cores of a worker")
                .isEqualTo(4);
    }

    @Test
    void gpusBoundTheTasksOfAnExecutor() {
        conf.set("spark.dynamicAllocation.maxExecutors", "3").set("spark.executor.cores", "8");
        assertThat(ExecutorLimits.of(conf, "yarn", 2, OptionalInt.empty()).mostSlots())
                .isEqualTo(6);
    }

    @Test
    void coresAreThoseOfExecutorsThatAreThereWhereNoSettingSaysIt() {
        conf.set("spark.dynamicAllocation.maxExecutors", "3");
        assertThat(limits("spark://h:7077").cores()).isEmpty();
        assertThat(ExecutorLimits.of(conf, "spark://h:7077", Integer.MAX_VALUE, OptionalInt.of(8))
                        .mostSlots())
                .isEqualTo(24);
    }

    @Test
    void byDefaultThereIsAWorkerAPartitionAsFarAsThereAreSlots() {
        conf.set("spark.dynamicAllocation.maxExecutors", "4").set("spark.executor.cores", "2");
        ExecutorLimits limits = limits("yarn");
        assertThat(choice(limits, 0, 1000, 3, 0).numWorkers()).isEqualTo(3);
        assertThat(choice(limits, 0, 1000, 50, 0).numWorkers()).isEqualTo(8);
        assertThat(choice(limits, 0, 2, 50, 0).numWorkers()).isEqualTo(2);
        assertThat(choice(limits, 5, 1000, 1, 0).numWorkers()).isEqualTo(5);
        WorkerChoice choice = choice(limits, 0, 1000, UNKNOWN, 0);
        assertThat(choice.description()).isEqualTo("8 workers x 1 thread under dynamic allocation");
        assertThat(choice.workersPerJvm()).isEqualTo(2);
    }

    @Test
    void withoutABoundTheSlotsOfTheMomentAreTaken() {
        conf.set("spark.executor.cores", "2");
        ExecutorLimits limits = limits("yarn");
        assertThat(limits.isBounded()).isFalse();
        assertThat(limits.slots(List.of(2, 2, 2))).isEqualTo(6);
        assertThat(choice(limits, 0, 1000, 50, 6).numWorkers()).isEqualTo(6);
        assertThat(choice(limits, 0, 1000, 50, 0).numWorkers()).isEqualTo(1);
        assertThat(choice(limits, 40, 1000, 50, 6).numWorkers()).isEqualTo(40);
    }

    @Test
    void moreWorkersThanThereCanBeSlotsAreRefused() {
        conf.set("spark.dynamicAllocation.maxExecutors", "2").set("spark.executor.cores", "1");
        assertThatThrownBy(() -> choice(limits("yarn"), 3, 1000, 9, 0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numWorkers is 3 but dynamic allocation gives no more than 2 tasks at once")
                .hasMessageContaining("at most 2 executors, 1 core each, spark.task.cpus = 1")
                .hasMessageContaining("allowed here: 1 to 2")
                .hasMessageContaining("Raise spark.dynamicAllocation.maxExecutors");
    }

    @Test
    void executorsThatSparkNeverAsksForAreNotWaitedFor() {
        conf.set("spark.dynamicAllocation.maxExecutors", "8").set("spark.executor.cores", "1");
        conf.set("spark.dynamicAllocation.executorAllocationRatio", "0.5");
        assertThatThrownBy(() -> choice(limits("yarn"), 4, 1000, 9, 0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Set spark.dynamicAllocation.executorAllocationRatio=1");
        conf.set("spark.dynamicAllocation.minExecutors", "4");
        assertThat(choice(limits("yarn"), 4, 1000, 9, 0).numWorkers()).isEqualTo(4);
        assertThat(choice(limits("yarn"), 0, 1000, 9, 0).numWorkers()).isEqualTo(4);
    }
}
