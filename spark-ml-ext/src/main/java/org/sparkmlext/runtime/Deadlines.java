package org.sparkmlext.runtime;

import java.time.Duration;
import org.apache.spark.SparkConf;

/**
 * How long the driver waits for what. Each has a setting {@code spark.sparkmlext.NAME}, read once a run.
 *
 * @param executors first executor registered
 * @param start first rank of a submitted gang running: other jobs may hold the slots for long
 * @param slots all ranks of a gang running that get their slots one by one (dynamic allocation), from the first one's start
 * @param gather all ranks of an attempt registered, from the first one's registration
 * @param regroup first rank of the next attempt running after one was lost
 * @param silence longest silence of a rank; longer than {@code spark.network.timeout}, so that Spark finds a dead executor
 *     first
 */
record Deadlines(
        Duration executors, Duration start, Duration slots, Duration gather, Duration regroup, Duration silence) {

    static Deadlines of(SparkConf conf) {
        return new Deadlines(
                read(conf, "executorsTimeout", "120s"),
                read(conf, "startTimeout", "3600s"),
                read(conf, "slotsTimeout", "600s"),
                read(conf, "gatherTimeout", "300s"),
                read(conf, "regroupTimeout", "600s"),
                read(conf, "silenceTimeout", "300s"));
    }

    private static Duration read(SparkConf conf, String name, String byDefault) {
        String key = "spark.sparkmlext." + name;
        long seconds = conf.getTimeAsSeconds(key, byDefault);
        if (seconds < 1) {
            throw new IllegalArgumentException(
                    key + " is " + conf.get(key, byDefault) + "; it must be at least 1s, for example " + byDefault);
        }
        return Duration.ofSeconds(seconds);
    }
}
