package org.sparkmlext.jobs;

import org.apache.spark.SparkConf;

/**
 * A job that has ended with an exit code and a paragraph, told to YARN. There the driver is a thread of the application master, which
 * puts an exception of it into the application's diagnostics, where users and {@code spark-submit} read it; of an exit it says only that
 * there was one, under a code of its own.
 */
final class FailedJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedJobException(int code, String complaint) {
        // Without a trace: diagnostics are read whole, and this one is a paragraph.
        super("exit code " + code + (complaint.isEmpty() ? "" : ": " + complaint), null, false, false);
    }

    /** Whether there is an application master to hear it. */
    static boolean isHeard(SparkConf conf) {
        return conf.get("spark.master", "").equals("yarn")
                && conf.get("spark.submit.deployMode", "client").equals("cluster");
    }
}
