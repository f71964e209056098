package org.sparkmlext.jobs.bench;

import static org.apache.spark.sql.functions.col;

import java.io.PrintStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.jobs.LiveProgress;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.LstmClassifier;
import org.sparkmlext.ml.neural.NetworkClassifier;
import org.sparkmlext.ml.neural.NetworkParams;

/**
 * Classes, judged by the share of rows whose class is predicted. Where the test rows judge, the validation rows train as well.
 *
 * @param isSequence whether rows are sequences, else images
 */
record ClassTrial(boolean isSequence) implements NetworkTrial {

    @Override
    public String figure() {
        return "accuracy";
    }

    @Override
    public NetworkParams estimator(long seed) {
        return isSequence
                ? new LstmClassifier().setSequenceCol("sequence").setSeed(seed)
                : new CnnClassifier().setImageCol("image").setSeed(seed);
    }

    @Override
    public Split split(NetworkSet.Parts parts, boolean onTest) {
        Dataset<Row> heldOut = onTest ? parts.test() : parts.validation();
        return new Split(
                onTest ? parts.train().unionByName(parts.validation()) : parts.train(), heldOut, heldOut.count());
    }

    @Override
    public Run run(NetworkParams estimator, Split split, PrintStream out) {
        NetworkClassifier<?, ?> classifier = (NetworkClassifier<?, ?>) estimator;
        classifier.addListener(new LiveProgress(out, "epoch", false, System::nanoTime));
        long start = System.nanoTime();
        var model = classifier.fit(split.train());
        double seconds = (System.nanoTime() - start) / 1e9;
        long right = model.transform(split.heldOut())
                .where(col("prediction").equalTo(col("label")))
                .count();
        return new Run((double) right / split.rows(), seconds);
    }
}
