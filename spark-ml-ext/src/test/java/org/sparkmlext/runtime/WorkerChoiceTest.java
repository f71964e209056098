package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerChoiceTest {

    private static WorkerChoice cluster(List<Integer> cores, int taskCpus, int numWorkers, long rows) {
        return cluster(new ExecutorCensus(cores, 0), taskCpus, numWorkers, rows);
    }

    private static WorkerChoice cluster(ExecutorCensus census, int taskCpus, int numWorkers, long rows) {
        return WorkerChoice.cluster(census, taskCpus, new RuntimeOptions(numWorkers, 0, "auto"), rows);
    }

    @ParameterizedTest(name = "{0}: {1} threads")
    @CsvSource(delimiter = '|', textBlock = "local | 1 \n local[3] | 3 \n local[4,2] | 4 \n local[ 2 ] | 2")
    void localCoresAreReadFromTheMaster(String master, int cores) {
        assertThat(WorkerChoice.isLocal(master)).isTrue();
        assertThat(WorkerChoice.localCores(master)).isEqualTo(cores);
    }

    @Test
    void aClusterOnThisMachineIsNotLocal() {
        assertThat(WorkerChoice.isLocal("local-cluster[2,1,1024]")).isFalse();
        assertThat(WorkerChoice.isLocal("spark://localhost:7077")).isFalse();
        assertThat(WorkerChoice.localCores("local[*]"))
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void localThreadsAreShared() {
        RuntimeOptions three = new RuntimeOptions(3, 0, "cpu");
        assertThat(WorkerChoice.local("local[8]", three, 100).threadsPerWorker())
                .isEqualTo(2);
        assertThat(WorkerChoice.local("local[2]", three, 100).threadsPerWorker())
                .isEqualTo(1);
        RuntimeOptions asked = new RuntimeOptions(0, 5, "cpu");
        assertThat(WorkerChoice.local("local[2]", asked, 100).threadsPerWorker())
                .isEqualTo(5);
    }

    @Test
    void byDefaultEachExecutorIsOneWorkerWithAllItsCores() {
        WorkerChoice choice = cluster(List.of(4, 4, 4), 1, 0, 1000);
        assertThat(choice.numWorkers()).isEqualTo(3);
        assertThat(choice.threadsPerWorker()).isEqualTo(4);
        assertThat(choice.cpusPerTask()).isEqualTo(4);
        assertThat(choice.workersPerJvm()).isEqualTo(1);
    }

    @Test
    void theDefaultIsLoweredToTheRows() {
        assertThat(cluster(List.of(4, 4, 4), 1, 0, 2).numWorkers()).isEqualTo(2);
    }

    @Test
    void theDefaultIsLoweredToTheSlots() {
        WorkerChoice choice = cluster(List.of(4, 1, 4), 2, 0, 1000);
        assertThat(choice.numWorkers()).isEqualTo(2);
        assertThat(choice.cpusPerTask()).isEqualTo(2);
        assertThatThrownBy(() -> cluster(List.of(1, 1), 2, 0, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spark.task.cpus = 2");
    }

    @Test
    void moreWorkersShareTheCoresOfAnExecutor() {
        WorkerChoice choice = cluster(List.of(4, 4), 1, 3, 1000);
        assertThat(choice.cpusPerTask()).isEqualTo(2);
        assertThat(choice.workersPerJvm()).isEqualTo(2);
        assertThat(cluster(List.of(4, 4), 1, 8, 1000).cpusPerTask()).isEqualTo(1);
    }

    @Test
    void executorsOfDifferentSizesHoldTheWorkersTheyCan() {
        // Three a JVM would need 3 cores at one each; the smaller executor holds but one.
        WorkerChoice choice = cluster(List.of(1, 4), 1, 5, 1000);
        assertThat(choice.cpusPerTask()).isEqualTo(1);
    }

    @Test
    void whereWorkersNeedGpusThereIsOneForEach() {
        WorkerChoice choice = cluster(new ExecutorCensus(List.of(8, 8), 4), 1, 0, 1000);
        assertThat(choice.numWorkers()).isEqualTo(8);
        assertThat(choice.cpusPerTask()).isEqualTo(2);
        assertThat(choice.workersPerJvm()).isEqualTo(4);
        assertThat(choice.description()).isEqualTo("8 workers x 2 threads on 2 executors with 4 GPUs each");
        assertThat(cluster(new ExecutorCensus(List.of(8, 8), 1), 1, 0, 1000).cpusPerTask())
                .isEqualTo(8);
    }

    @Test
    void gpusWithoutCoresForThemStayIdle() {
        WorkerChoice choice = cluster(new ExecutorCensus(List.of(2, 4), 4), 1, 0, 1000);
        assertThat(choice.numWorkers()).isEqualTo(6);
        assertThat(choice.cpusPerTask()).isEqualTo(1);
    }

    @Test
    void moreWorkersThanGpusAreRefused() {
        assertThatThrownBy(() -> cluster(new ExecutorCensus(List.of(8, 8), 2), 1, 5, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numWorkers is 5")
                .hasMessageContaining("only 4 tasks at once")
                .hasMessageContaining("with 2 GPUs each");
    }

    @Test
    void moreWorkersThanSlotsAreRefused() {
        assertThatThrownBy(() -> cluster(List.of(4, 4), 2, 5, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numWorkers is 5")
                .hasMessageContaining("only 4 tasks at once")
                .hasMessageContaining("spark.task.cpus = 2");
        assertThatThrownBy(() -> cluster(List.of(4, 4), 1, 5, 4)).hasMessageContaining("only 4 training rows");
    }

    @Test
    void theExpectedNumberOfExecutorsIsReadFromTheSettings() {
        SparkConf conf = new SparkConf(false);
        assertThat(ExecutorCensus.expected("local-cluster[3, 1, 1024]", conf)).isEqualTo(OptionalInt.of(3));
        assertThat(ExecutorCensus.expected("spark://h:7077", conf)).isEmpty();
        // These start two where nobody says how many.
        assertThat(ExecutorCensus.expected("yarn", conf)).isEqualTo(OptionalInt.of(2));
        assertThat(ExecutorCensus.expected("k8s://https://h", conf)).isEqualTo(OptionalInt.of(2));
        conf.set("spark.cores.max", "8").set("spark.executor.cores", "4");
        assertThat(ExecutorCensus.expected("spark://h:7077", conf)).isEqualTo(OptionalInt.of(2));
        conf.set("spark.executor.instances", "5");
        assertThat(ExecutorCensus.expected("yarn", conf)).isEqualTo(OptionalInt.of(5));
    }

    @Test
    void deadlinesAreSettings() {
        SparkConf conf = new SparkConf(false).set("spark.sparkmlext.gatherTimeout", "2min");
        assertThat(Deadlines.of(conf).gather()).isEqualTo(Duration.ofMinutes(2));
        conf.set("spark.sparkmlext.gatherTimeout", "0s");
        assertThatThrownBy(() -> Deadlines.of(conf))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spark.sparkmlext.gatherTimeout is 0s");
    }
}
