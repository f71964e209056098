package org.sparkmlext.jobs.bench;

import java.io.PrintStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.ml.neural.NetworkParams;

/** What is trained on a set, and how it is judged on rows that were held out. */
interface NetworkTrial {

    /** Name of the figure. */
    String figure();

    /** An estimator that reads the set's columns. */
    NetworkParams estimator(long seed);

    /** What is trained and judged: with the test rows, or with the validation rows. */
    Split split(NetworkSet.Parts parts, boolean onTest);

    /**
     * Trains and judges.
     *
     * @param estimator of {@link #estimator}, with its settings
     * @param out where epochs are told
     */
    Run run(NetworkParams estimator, Split split, PrintStream out);

    /**
     * Rows to learn from and rows to be judged by.
     *
     * @param rows how many of the latter count
     */
    record Split(Dataset<Row> train, Dataset<Row> heldOut, long rows) {}

    /** @param value the figure */
    record Run(double value, double seconds) {}
}
