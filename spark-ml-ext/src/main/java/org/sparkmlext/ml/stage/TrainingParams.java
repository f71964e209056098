package org.sparkmlext.ml.stage;

import java.util.List;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.sparkmlext.runtime.RuntimeOptions;
import org.sparkmlext.runtime.ShardStorage;

/** Where and how a fit runs. Of these only {@code seed} can change a boosted model. */
public interface TrainingParams extends Params {

    default IntParam numWorkers() {
        return CheckedParams.ofInt(
                this,
                "numWorkers",
                "number of workers that train together; 0 = one an executor, one in all in local mode, fewer where rows "
                        + "or slots are fewer",
                ">= 0",
                0,
                v -> v >= 0);
    }

    default int getNumWorkers() {
        return (int) getOrDefault(numWorkers());
    }

    default IntParam numThreads() {
        return CheckedParams.ofInt(
                this, "numThreads", "CPU threads of a worker; 0 = the cores of its executor", ">= 0", 0, v -> v >= 0);
    }

    default int getNumThreads() {
        return (int) getOrDefault(numThreads());
    }

    default Param<String> device() {
        return CheckedParams.ofChoice(
                this,
                "device",
                "what computes; auto = the CPU, cuda = a GPU of the worker",
                "auto",
                List.of("auto", "cpu", "cuda"));
    }

    default String getDevice() {
        return getOrDefault(device());
    }

    default Param<String> shardStorage() {
        return CheckedParams.ofChoice(
                this,
                "shardStorage",
                "where a worker holds dense features, as floats and as bins; memory = the heap, disk = mapped files in "
                        + "Spark's local directories, auto = the heap where they fit, else files",
                "auto",
                List.of("auto", "memory", "disk"));
    }

    default String getShardStorage() {
        return getOrDefault(shardStorage());
    }

    default LongParam seed() {
        return CheckedParams.ofLong(this, "seed", "decides every random choice: same seed, same model", 42L);
    }

    default long getSeed() {
        return (long) getOrDefault(seed());
    }

    /** These Params as the runtime takes them. */
    default RuntimeOptions runtimeOptions() {
        return new RuntimeOptions(getNumWorkers(), getNumThreads(), getDevice(), ShardStorage.of(getShardStorage()));
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(TrainingParams stage) {
        stage.setDefault(stage.numWorkers(), 0);
        stage.setDefault(stage.numThreads(), 0);
        stage.setDefault(stage.device(), "auto");
        stage.setDefault(stage.shardStorage(), "auto");
        stage.setDefault(stage.seed(), 42L);
    }
}
