package org.sparkmlext.ml.neural;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.TrainingListener;

/** An application that fits a network with checkpoints; arguments: their directory, where the model goes, milliseconds a round. */
public final class KeptFitMain {

    static final String FINISHED = "finished epoch ";

    private KeptFitMain() {}

    public static void main(String[] args) throws IOException {
        long pause = Long.parseLong(args[2]);
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            TinyNetworks.classifier()
                    .setCheckpointDir(args[0])
                    .addListener(new TrainingListener() {
                        @Override
                        public void roundFinished(RoundReport report) {
                            System.out.println(FINISHED + (report.round() + 1));
                            pause(pause);
                        }
                    })
                    .fit(PatternImages.table(spark, 240))
                    .save(args[1]);
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
