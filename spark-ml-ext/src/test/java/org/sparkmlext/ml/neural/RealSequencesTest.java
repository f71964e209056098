package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipFile;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.net.layer.RecurrentLayer;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** What networks reach on public sequences, through Spark; bars below what the benchmark's recipes reach. */
@RealData
class RealSequencesTest {

    private static double accuracy(Dataset<Row> scored) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    }

    private static void report(String what, double value) {
        System.out.printf("[real data] %s: %.4f%n", what, value);
    }

    /** A day's demand by the hour: winter or summer. One says 0.50 by always saying the same. */
    @Test
    void seasonsAreReadFromADaysDemand() {
        LstmClassificationModel model = new LstmClassifier()
                .setSequenceCol("sequence")
                .setNetwork(Network.sequence(24, 1)
                        .add("lstm", RecurrentLayer.lstm(24))
                        .build())
                .setMaxEpochs(60)
                .setBatchSize(16)
                .setLearningRate(0.01)
                .fit(demand("TRAIN"));
        double accuracy = accuracy(model.transform(demand("TEST")));
        report("ItalyPowerDemand test accuracy, a small lstm", accuracy);
        assertThat(accuracy).isGreaterThanOrEqualTo(0.85);
    }

    private static Dataset<Row> demand(String part) {
        Dataset<Row> rows = LocalSpark.session()
                .read()
                .option("sep", "\t")
                .option("inferSchema", "true")
                .csv(RealData.Directory.file("ucr-small/ItalyPowerDemand_" + part + ".tsv.gz")
                        .toString());
        Column[] hours =
                Arrays.stream(rows.columns()).skip(1).map(name -> col(name)).toArray(Column[]::new);
        return rows.select(
                array(hours).as("sequence"),
                col(rows.columns()[0]).minus(1).cast(DataTypes.DoubleType).as("label"));
    }

    /** Radio signals, 19 to 129 steps: does the user go into another room? Every fifth sequence tests. */
    @Test
    @Tag("full")
    void roomsAreToldFromSignalsOfUnequalLengths() throws IOException {
        Dataset<Row> all = movements();
        LstmClassificationModel model = new LstmClassifier()
                .setSequenceCol("sequence")
                .setNetwork(Network.builder(new SequenceInput(SequenceInput.OPEN, 4, true))
                        .add("lstm", RecurrentLayer.lstm(32))
                        .build())
                .setMaxEpochs(60)
                .setBatchSize(32)
                .setLearningRate(0.01)
                .setClipNorm(1)
                .setSchedule("one-cycle")
                .fit(all.where("place % 5 <> 4"));
        Dataset<Row> test = all.where("place % 5 = 4");
        double ones = test.where("label = 1").count() / (double) test.count();
        double accuracy = accuracy(model.transform(test));
        report("indoor-movement test accuracy, a small lstm", accuracy);
        report("indoor-movement test share of the majority", Math.max(ones, 1 - ones));
        assertThat(accuracy).isGreaterThanOrEqualTo(Math.max(ones, 1 - ones) + 0.2);
    }

    private static Dataset<Row> movements() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (ZipFile zip = new ZipFile(
                RealData.Directory.file("indoor-movement/IndoorMovement.zip").toFile())) {
            for (String target : lines(zip, "dataset/MovementAAL_target.csv")) {
                String[] fields = target.split(",");
                List<List<Double>> steps = lines(zip, "dataset/MovementAAL_RSS_" + fields[0].strip() + ".csv").stream()
                        .map(line -> Arrays.stream(line.split(","))
                                .map(number -> Double.valueOf(number.strip()))
                                .toList())
                        .toList();
                rows.add(RowFactory.create(rows.size(), steps, Double.parseDouble(fields[1].strip()) > 0 ? 1.0 : 0.0));
            }
        }
        StructType schema = new StructType()
                .add("place", DataTypes.IntegerType)
                .add("sequence", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.DoubleType)))
                .add("label", DataTypes.DoubleType);
        return LocalSpark.session().createDataFrame(rows, schema);
    }

    private static List<String> lines(ZipFile zip, String name) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(zip.getInputStream(zip.getEntry(name)), StandardCharsets.US_ASCII))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        }
    }

    /** Oil temperature and loads a day ahead from a day before, on the validation months; whoever says the mean has 1 or more. */
    @Test
    @Tag("full")
    void loadsAreForecastADayAhead() {
        Dataset<Row> hours = LocalSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(RealData.Directory.file("etth1/ETTh1.csv.gz").toString())
                .orderBy("date")
                .limit(16 * 720)
                .withColumn("validation", col("date").geq(lit("2017-06-26 00:00:00")))
                .persist();
        String[] channels = {"HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"};
        LstmRegressionModel model = new LstmRegressor()
                .setTimeCol("date")
                .setFrequency("1 hour")
                .setInputCols(channels)
                .setTargetCols(channels)
                .setWindowLength(24)
                .setHorizon(24)
                .setStride(4)
                .setPredictionsCol("predictions")
                .setValidationIndicatorCol("validation")
                .setNetwork("window-norm+gru")
                .setMaxEpochs(3)
                .setNumWorkers(2)
                .fit(hours);
        double[] rmse = model.summary().metric("validation-rmse");
        double mse = rmse[rmse.length - 1] * rmse[rmse.length - 1];
        report("ETTh1 validation MSE in deviations, 24 hours ahead, 3 epochs on every 4th window", mse);
        assertThat(mse).isLessThan(0.8);
        assertThat(model.forecast(hours).count()).isEqualTo(24 * 7);
    }
}
