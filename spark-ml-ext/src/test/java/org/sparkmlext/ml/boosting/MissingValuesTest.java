package org.sparkmlext.ml.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;

/** What is missing, what is zero, and that it is the same in every form of a row, at training and at scoring. */
class MissingValuesTest {

    private static final int WIDTH = 24;

    @TempDir
    static Path directory;

    private static BoostedTreesClassifier classifier() {
        return new BoostedTreesClassifier()
                .setNumTrees(6)
                .setMaxLeaves(8)
                .setSubsamplingRate(0.8)
                .setValidationIndicatorCol("isValidation");
    }

    private static BoostedTreesClassifier onColumns() {
        return classifier().setInputCols(BinaryTable.FEATURES);
    }

    private static byte[] bytes(BoostedTreesModel model) {
        return HandMadeForest.bytes(model.forest());
    }

    private static List<Double> scores(Dataset<Row> scored) {
        return scored.orderBy("weight", "b", "c").collectAsList().stream()
                .map(row -> row.<Vector>getAs("rawPrediction").apply(1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-999, 0.1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aMarkerInPlainColumnsIsAsNull(double marker) throws Exception {
        Dataset<Row> nulls =
                BinaryTable.plain(LocalSpark.session(), 500, 5).withColumn("c", functions.expr("if(b = 3, null, c)"));
        Dataset<Row> filled =
                nulls.withColumn("a", filled("a", marker, "double")).withColumn("c", filled("c", marker, "float"));
        BoostedTreesClassificationModel expected = onColumns().fit(nulls);
        BoostedTreesClassificationModel model = onColumns().setMissing(marker).fit(filled);
        assertThat(bytes(model)).isEqualTo(bytes(expected));
        assertThat(model.getMissing()).isEqualTo(marker);

        List<Double> scores = scores(expected.transform(nulls));
        assertThat(scores(model.transform(filled))).isEqualTo(scores);
        Path path = directory.resolve("model" + marker);
        model.save(path.toString());
        BoostedTreesClassificationModel loaded = BoostedTreesClassificationModel.load(path.toString());
        assertThat(loaded.getMissing()).isEqualTo(marker);
        assertThat(scores(loaded.transform(filled))).isEqualTo(scores);
        // Null stays missing beside the marker.
        assertThat(scores(loaded.transform(nulls))).isEqualTo(scores);

        assertThat(loaded.predictRaw(Vectors.dense(marker, 4, 0.5)))
                .isEqualTo(expected.predictRaw(Vectors.dense(Double.NaN, 4, 0.5)));
        assertThat(loaded.predict(Vectors.dense(1, 4, marker)))
                .isEqualTo(expected.predict(Vectors.dense(1, 4, Double.NaN)));
    }

    private static Column filled(String name, double marker, String type) {
        return functions.coalesce(functions.col(name), functions.lit(marker).cast(type));
    }

    @Test
    void aMarkerIsANumberWhereItIsNotSet() {
        Dataset<Row> filled =
                BinaryTable.plain(LocalSpark.session(), 500, 5).withColumn("a", functions.expr("coalesce(a, -999D)"));
        assertThat(bytes(onColumns().fit(filled)))
                .isNotEqualTo(bytes(onColumns().setMissing(-999).fit(filled)));
        Dataset<Row> infinite = filled.withColumn("a", functions.expr("if(a = -999, double('Infinity'), a)"));
        assertThatThrownBy(
                        () -> onColumns().setMissing(Double.NEGATIVE_INFINITY).fit(infinite))
                .hasMessageContaining("feature column 'a' holds a value that is infinite as a float32");
    }

    /** How a row of few values is written. */
    private enum Form {
        DENSE,
        SPARSE,
        /** Sparse, with zeros of both signs stored at every third place. */
        STORED_ZEROS,
        /** Any of these, row by row. */
        MIXED
    }

    private static Dataset<Row> table(Form form) {
        Random random = new Random(11);
        List<Row> rows = new ArrayList<>();
        for (int r = 0; r < 600; r++) {
            double[] values = new double[WIDTH];
            for (int k = 0; k < 3; k++) {
                values[random.nextInt(WIDTH)] = random.nextInt(7) == 0 ? Double.NaN : random.nextGaussian();
            }
            double logit = (values[0] == 0 ? 0 : 2) + (values[1] > 0 ? 1 : -1) + (Double.isNaN(values[2]) ? 3 : 0);
            double label = random.nextDouble() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
            Form own = form == Form.MIXED ? Form.values()[r % 3] : form;
            rows.add(RowFactory.create(vector(values, own), r, r % 5 == 0, label, 0.5 + r % 3));
        }
        StructType schema = new StructType()
                .add("features", SQLDataTypes.VectorType())
                .add("id", DataTypes.IntegerType)
                .add("isValidation", DataTypes.BooleanType)
                .add("label", DataTypes.DoubleType)
                .add("weight", DataTypes.DoubleType);
        return LocalSpark.session().createDataFrame(rows, schema).repartition(3);
    }

    private static Vector vector(double[] values, Form form) {
        if (form == Form.DENSE) {
            return Vectors.dense(values);
        }
        if (form == Form.SPARSE) {
            return Vectors.dense(values).toSparse();
        }
        List<Integer> stored = new ArrayList<>();
        for (int f = 0; f < values.length; f++) {
            if (values[f] != 0 || f % 3 == 0) {
                stored.add(f);
            }
        }
        int[] indices = stored.stream().mapToInt(f -> f).toArray();
        double[] entries = stored.stream()
                .mapToDouble(f -> values[f] == 0 && f % 6 == 0 ? -0.0 : values[f])
                .toArray();
        return Vectors.sparse(values.length, indices, entries);
    }

    private static List<Vector> raw(BoostedTreesClassificationModel model, Dataset<Row> data) {
        return model.transform(data).orderBy("id").collectAsList().stream()
                .map(row -> row.<Vector>getAs("rawPrediction"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void zerosAreNumbersOrMissingStoredOrNot(Form form) {
        BoostedTreesClassificationModel numbers = classifier().fit(table(Form.DENSE));
        BoostedTreesClassificationModel missing = classifier().fit(nanForZero());
        assertThat(bytes(numbers)).isNotEqualTo(bytes(missing));
        Dataset<Row> data = table(form);
        for (int numWorkers : new int[] {1, 2}) {
            BoostedTreesClassificationModel asNumbers =
                    classifier().setNumWorkers(numWorkers).fit(data);
            assertThat(bytes(asNumbers)).isEqualTo(bytes(numbers));
            assertThat(raw(asNumbers, data)).isEqualTo(raw(numbers, table(Form.DENSE)));
            BoostedTreesClassificationModel asMissing =
                    classifier().setNumWorkers(numWorkers).setMissing(0).fit(data);
            assertThat(bytes(asMissing)).isEqualTo(bytes(missing));
            List<Vector> expected = raw(missing, nanForZero());
            assertThat(raw(asMissing, data)).isEqualTo(expected);
            List<Row> rows = data.orderBy("id").limit(20).collectAsList();
            for (int r = 0; r < rows.size(); r++) {
                assertThat(asMissing.predictRaw(rows.get(r).<Vector>getAs("features")))
                        .isEqualTo(expected.get(r));
            }
        }
    }

    /** The same rows with NaN for every zero. */
    private static Dataset<Row> nanForZero() {
        List<Row> rows = table(Form.DENSE).collectAsList().stream()
                .map(row -> RowFactory.create(
                        Vectors.dense(
                                Arrays.stream(row.<Vector>getAs("features").toArray())
                                        .map(v -> v == 0 ? Double.NaN : v)
                                        .toArray()),
                        row.getAs("id"),
                        row.getAs("isValidation"),
                        row.getAs("label"),
                        row.getAs("weight")))
                .toList();
        return LocalSpark.session()
                .createDataFrame(rows, table(Form.DENSE).schema())
                .repartition(2);
    }

    @Test
    void regressorsObeyItToo() {
        Dataset<Row> marked = table(Form.SPARSE);
        BoostedTreesRegressor regressor = new BoostedTreesRegressor().setNumTrees(4);
        BoostedTreesRegressionModel model =
                regressor.copy(new ParamMap()).setMissing(-0.0).fit(marked);
        BoostedTreesRegressionModel expected = regressor.fit(nanForZero());
        assertThat(bytes(model)).isEqualTo(bytes(expected));
        Vector row = marked.first().getAs("features");
        double[] nans =
                Arrays.stream(row.toArray()).map(v -> v == 0 ? Double.NaN : v).toArray();
        assertThat(model.predict(row)).isEqualTo(expected.predict(Vectors.dense(nans)));
    }
}
