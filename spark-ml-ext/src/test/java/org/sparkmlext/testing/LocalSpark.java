package org.sparkmlext.testing;

import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSession$;

/**
 * The one local Spark session of a test JVM: two cores, no UI, two shuffle partitions. Made at first use and left running;
 * a suite that needs a context of its own calls {@link #stop} first, and the next user gets a new session.
 */
public final class LocalSpark {

    private LocalSpark() {}

    public static synchronized SparkSession session() {
        scala.Option<SparkSession> running = SparkSession$.MODULE$.getDefaultSession();
        if (running.isDefined() && !running.get().sparkContext().isStopped()) {
            return running.get();
        }
        return SparkSession.builder()
                .master("local[2]")
                .appName("spark-ml-ext tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.default.parallelism", "2")
                .config("spark.sql.warehouse.dir", "target/spark-warehouse")
                .getOrCreate();
    }

    /** Stops the session, if there is one. */
    public static synchronized void stop() {
        scala.Option<SparkSession> running = SparkSession$.MODULE$.getDefaultSession();
        if (running.isDefined()) {
            running.get().stop();
        }
    }
}
