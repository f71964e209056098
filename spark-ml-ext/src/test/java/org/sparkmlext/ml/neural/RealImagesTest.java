package org.sparkmlext.ml.neural;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.cpu.graph.NativeBytes;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.net.ImageInput;
import org.sparkmlext.net.layer.Conv2dLayer;
import org.sparkmlext.net.layer.Padding;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** What networks reach on public images, through Spark and with two workers. */
@RealData
class RealImagesTest {

    private static double accuracy(Dataset<Row> scored) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    }

    private static void report(String what, double value) {
        System.out.printf("[real data] %s: %.4f%n", what, value);
    }

    /** Network, epochs and rate were set before any run and not changed after the test rows were looked at, once: 0.9866. */
    @Test
    void digitsAreRead() {
        CnnClassificationModel model = new CnnClassifier()
                .setImageCol("image")
                .setNetwork(Network.builder(pixelsTo16())
                        .add("conv1", same(32))
                        .add("conv2", same(64))
                        .maxPool2d(2)
                        .dropout(0.25)
                        .flatten()
                        .dense(128, "relu")
                        .dropout(0.5)
                        .build())
                .setMaxEpochs(12)
                .setBatchSize(64)
                .setLearningRate(0.002)
                .setSchedule("one-cycle")
                .setNumWorkers(2)
                .fit(digits("optdigits.tra.gz"));
        double accuracy = accuracy(model.transform(digits("optdigits.tes.gz")));
        report("digits test accuracy", accuracy);
        assertThat(accuracy).isGreaterThanOrEqualTo(0.98);
    }

    /** Two folds, two rates of which one is far too small, three epochs: the folds say so, every model scores, and nothing stays behind. */
    @Test
    void aCrossValidatorChoosesByTheFolds() {
        Dataset<Row> training = digits("optdigits.tra.gz").cache();
        training.count();
        CnnClassifier classifier = new CnnClassifier()
                .setImageCol("image")
                .setNetwork(Network.builder(pixelsTo16())
                        .add("conv1", same(16))
                        .add("conv2", same(32))
                        .maxPool2d(2)
                        .flatten()
                        .dense(64, "relu")
                        .build())
                .setMaxEpochs(3)
                .setBatchSize(32)
                .setNumThreads(1);
        ParamMap[] rates = new ParamGridBuilder()
                .addGrid(classifier.learningRate(), new double[] {1e-6, 0.003})
                .build();
        CrossValidator validator = new CrossValidator()
                .setEstimator(classifier)
                .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
                .setEstimatorParamMaps(rates)
                .setNumFolds(2)
                .setSeed(7)
                .setParallelism(2)
                .setCollectSubModels(true);
        long[] counted = new long[2];
        for (int run = 0; run < counted.length; run++) {
            CrossValidatorModel chosen = validator.fit(training);
            double[] averages = chosen.avgMetrics();
            report("digits average accuracy of two folds, rate 0.000001", averages[0]);
            report("digits average accuracy of two folds, rate 0.003", averages[1]);
            assertThat(averages[0]).isLessThan(0.5);
            assertThat(averages[1]).isBetween(0.93, 0.999);
            CnnClassificationModel best = (CnnClassificationModel) chosen.bestModel();
            assertThat(best.getLearningRate()).isEqualTo(0.003);
            assertThat(accuracy(best.transform(training))).isGreaterThan(averages[1] - 0.02);
            for (Model<?>[] fold : chosen.subModels()) {
                assertThat(accuracy(fold[1].transform(training))).isGreaterThan(0.9);
            }
            counted[run] = NativeBytes.inUse();
        }
        training.unpersist(true);
        assertThat(LocalSpark.session().sparkContext().getPersistentRDDs().size())
                .isZero();
        // What is counted is the idle scorers, at most eight, whatever has been fitted.
        assertThat(counted[1]).isLessThan(counted[0] * 3 / 2);
    }

    /** Where the centre of mass of a digit's ink is, two targets; whoever says the mean has an r2 of 0. */
    @Test
    void centresOfDigitsAreFound() {
        CnnRegressionModel model = new CnnRegressor()
                .setImageCol("image")
                .setLabelCol("targets")
                .setPredictionsCol("predictions")
                .setNetwork(Network.builder(pixelsTo16())
                        .add("conv1", same(16))
                        .add("conv2", same(32))
                        .maxPool2d(2)
                        .flatten()
                        .dense(64, "relu")
                        .build())
                .setMaxEpochs(12)
                .setBatchSize(64)
                .setLearningRate(0.002)
                .setSchedule("one-cycle")
                .setNumWorkers(2)
                .fit(withCentres("optdigits.tra.gz"));
        Dataset<Row> scored = model.transform(withCentres("optdigits.tes.gz"))
                .withColumn("predicted", functions.vector_to_array(col("predictions"), "float64"));
        String[] names = {"across", "down"};
        for (int k = 0; k < names.length; k++) {
            double r2 = new RegressionEvaluator()
                    .setMetricName("r2")
                    .evaluate(scored.select(
                            col("targets").getItem(k).as("label"),
                            col("predicted").getItem(k).as("prediction")));
            report("digits test r2 of the centre " + names[k], r2);
            assertThat(r2).as(names[k]).isGreaterThanOrEqualTo(0.9);
        }
    }

    private static Dataset<Row> withCentres(String file) {
        String ink = "aggregate(image, 0D, (s, p) -> s + p)";
        String across = "aggregate(sequence(0, 63), 0D, (s, i) -> s + image[i] * (i % 8)) / " + ink;
        String down = "aggregate(sequence(0, 63), 0D, (s, i) -> s + image[i] * (i div 8)) / " + ink;
        return digits(file).withColumn("targets", array(expr(across), expr(down)));
    }

    private static ImageInput pixelsTo16() {
        return new ImageInput(8, 8, 1, ImageInput.Pixels.FLOAT, List.of(1 / 16f), List.of(0f));
    }

    private static Conv2dLayer same(int filters) {
        return Conv2dLayer.of(filters, 3).padding(Padding.SAME).activation("relu");
    }

    private static Dataset<Row> digits(String file) {
        Dataset<Row> rows = LocalSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(RealData.Directory.file("digits/" + file).toString());
        String[] names = rows.columns();
        Column[] pixels = Arrays.stream(names, 0, 64)
                .map(name -> col("`" + name + "`").cast(DataTypes.ByteType))
                .toArray(Column[]::new);
        return rows.select(
                array(pixels).as("image", ImageMetadata.of(new ImageShape(8, 8, 1))),
                col("`" + names[64] + "`").cast(DataTypes.DoubleType).as("label"));
    }

    /** A part of the set for a few epochs, to see that it learns; what it reaches is the benchmark's affair. */
    @Test
    @Tag("full")
    void fashionIsLearntFromAPart() throws IOException {
        CnnClassificationModel model = new CnnClassifier()
                .setImageCol("image")
                .setNetwork("simple-cnn")
                .setMaxEpochs(4)
                .setNumWorkers(2)
                .fit(fashion("train", 10_000));
        double accuracy = accuracy(model.transform(fashion("t10k", 10_000)));
        report("fashion-mnist test accuracy of 10,000 rows, 4 epochs", accuracy);
        assertThat(accuracy).isGreaterThanOrEqualTo(0.85);
    }

    private static Dataset<Row> fashion(String part, int rows) throws IOException {
        byte[] images = idx(part + "-images-idx3-ubyte.gz", 16);
        byte[] labels = idx(part + "-labels-idx1-ubyte.gz", 8);
        List<Row> all = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            all.add(RowFactory.create(Arrays.copyOfRange(images, row * 784, (row + 1) * 784), (double) labels[row]));
        }
        StructType schema = new StructType().add("image", DataTypes.BinaryType).add("label", DataTypes.DoubleType);
        return LocalSpark.session()
                .createDataFrame(all, schema)
                .withColumn("image", col("image").as("image", ImageMetadata.of(new ImageShape(28, 28, 1))));
    }

    private static byte[] idx(String file, int header) throws IOException {
        try (DataInputStream in = new DataInputStream(
                new GZIPInputStream(Files.newInputStream(RealData.Directory.file("fashion-mnist/" + file))))) {
            in.skipNBytes(header);
            return in.readAllBytes();
        }
    }
}
