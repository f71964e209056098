package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.SparkSession;

/** What a run must not leave behind: tables that stay persisted, threads of ranks. */
final class LeftBehind {

    private LeftBehind() {}

    /** A rank's thread may live for a moment after it has said that it is over. */
    static void assertNothing(SparkSession spark) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (isAnything(spark) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        assertThat(spark.sparkContext().getPersistentRDDs().size()).isZero();
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(LeftBehind::isRank);
    }

    private static boolean isAnything(SparkSession spark) {
        return spark.sparkContext().getPersistentRDDs().size() > 0
                || Thread.getAllStackTraces().keySet().stream().anyMatch(LeftBehind::isRank);
    }

    private static boolean isRank(Thread thread) {
        return thread.getName().startsWith("spark-ml-ext rank");
    }
}
