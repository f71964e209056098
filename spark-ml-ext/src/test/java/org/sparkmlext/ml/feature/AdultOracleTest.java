package org.sparkmlext.ml.feature;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.feature.Imputer;
import org.apache.spark.ml.feature.MinMaxScaler;
import org.apache.spark.ml.feature.OneHotEncoder;
import org.apache.spark.ml.feature.RobustScaler;
import org.apache.spark.ml.feature.StandardScaler;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.testing.RealData;

/** The assembler beside Spark's own transformers on the training rows of Adult, a tenth of their numbers made missing. */
@RealData
class AdultOracleTest {

    private static Dataset<Row> rows;
    private static long count;

    @BeforeAll
    static void read() {
        Dataset<Row> adult =
                AdultTable.training().withColumn("gone", col("fnlwgt").mod(10).equalTo(6));
        for (String number : AdultTable.NUMBERS) {
            adult = adult.withColumn(number, when(col("gone"), null).otherwise(col("`" + number + "`")));
        }
        rows = adult.drop("gone").coalesce(1).cache();
        count = rows.count();
    }

    @AfterAll
    static void drop() {
        rows.unpersist();
    }

    private static List<double[]> ours(TableAssembler assembler, Dataset<Row> data) {
        return TableRows.fitted(assembler, data);
    }

    private static List<double[]> vectors(Dataset<Row> data, String column) {
        return data.select(column).collectAsList().stream()
                .map(row -> row.<Vector>getAs(0).toArray())
                .toList();
    }

    private static void assertClose(List<double[]> actual, List<double[]> expected, double factor) {
        assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
        double furthest = 0;
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).length).isEqualTo(expected.get(i).length);
            for (int f = 0; f < actual.get(i).length; f++) {
                // NaN is larger than all to Math.max.
                furthest = Math.max(furthest, Math.abs(actual.get(i)[f] - expected.get(i)[f] * factor));
            }
        }
        assertThat(furthest).isLessThanOrEqualTo(1e-9);
    }

    private static Dataset<Row> spark(Dataset<Row> data, String[] columns) {
        return new VectorAssembler()
                .setInputCols(columns)
                .setOutputCol("in")
                .setHandleInvalid("keep")
                .transform(data);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mean", "median"})
    void imputesAsSparksImputer(String imputing) {
        String[] imputed = Arrays.stream(AdultTable.NUMBERS).map(n -> n + "-i").toArray(String[]::new);
        Dataset<Row> doubles = rows;
        for (String number : AdultTable.NUMBERS) {
            doubles = doubles.withColumn(number, col("`" + number + "`").cast("double"));
        }
        // Of an odd number of values: of an even one Spark's median is the lower of the two in the middle.
        Dataset<Row> expected = new Imputer()
                .setInputCols(AdultTable.NUMBERS)
                .setOutputCols(imputed)
                .setStrategy(imputing)
                .setRelativeError(0)
                .fit(doubles)
                .transform(doubles);
        TableAssembler assembler =
                new TableAssembler().setInputCols(AdultTable.NUMBERS).setImputing(imputing);
        List<double[]> vectors = ours(assembler, rows);
        assertClose(vectors, vectors(spark(expected, imputed), "in"), 1);
        assertThat(vectors).noneMatch(vector -> Arrays.stream(vector).anyMatch(Double::isNaN));
    }

    @Test
    void scalesAsSparksScalers() {
        Dataset<Row> complete = rows.na().drop();
        long n = complete.count();
        Dataset<Row> in = spark(complete, AdultTable.NUMBERS);
        TableAssembler assembler = new TableAssembler().setInputCols(AdultTable.NUMBERS);
        // Spark divides by n - 1.
        assertClose(
                ours(assembler.setScaling("standard"), complete),
                vectors(
                        new StandardScaler()
                                .setInputCol("in")
                                .setOutputCol("out")
                                .setWithMean(true)
                                .fit(in)
                                .transform(in),
                        "out"),
                Math.sqrt(n / (n - 1.0)));
        assertClose(
                ours(assembler.setScaling("minmax"), complete),
                vectors(
                        new MinMaxScaler()
                                .setInputCol("in")
                                .setOutputCol("out")
                                .fit(in)
                                .transform(in),
                        "out"),
                1);
        // Of capital-gain and capital-loss the quartiles are equal; there Spark gives 0 for every value.
        String[] spread = {"age", "education-num", "hours-per-week"};
        Dataset<Row> some = spark(complete, spread);
        assertClose(
                ours(new TableAssembler().setInputCols(spread).setScaling("robust"), complete),
                vectors(
                        new RobustScaler()
                                .setInputCol("in")
                                .setOutputCol("out")
                                .setWithCentering(true)
                                .setRelativeError(1e-6)
                                .fit(some)
                                .transform(some),
                        "out"),
                1);
    }

    @Test
    void indexesAndEncodesAsSparksIndexerAndEncoder() {
        String[] indexed = Arrays.stream(AdultTable.TEXTS).map(t -> t + "-i").toArray(String[]::new);
        String[] encoded = Arrays.stream(AdultTable.TEXTS).map(t -> t + "-e").toArray(String[]::new);
        Dataset<Row> complete = rows.na().drop();
        StringIndexerModel indexer = new StringIndexer()
                .setInputCols(AdultTable.TEXTS)
                .setOutputCols(indexed)
                .fit(complete);
        Dataset<Row> expected = indexer.transform(complete);
        TableAssembler assembler =
                new TableAssembler().setInputCols(AdultTable.TEXTS).setHandleInvalid("error");
        assertClose(ours(assembler, complete), vectors(spark(expected, indexed), "in"), 1);
        TableAssemblerModel model = assembler.fit(complete);
        for (int c = 0; c < AdultTable.TEXTS.length; c++) {
            assertThat(model.getCategories(AdultTable.TEXTS[c])).isEqualTo(indexer.labelsArray()[c]);
        }
        Dataset<Row> oneHot = new OneHotEncoder()
                .setInputCols(indexed)
                .setOutputCols(encoded)
                .setDropLast(false)
                .fit(expected)
                .transform(expected);
        assertClose(ours(assembler.setEncoding("onehot"), complete), vectors(spark(oneHot, encoded), "in"), 1);
    }

    @Test
    void nullsAndValuesOfTheTestRowsHaveTheirPlaces() {
        TableAssemblerModel model = new TableAssembler()
                .setInputCols(new String[] {"native-country", "occupation"})
                .setMinFrequency(100)
                .fit(rows);
        List<double[]> vectors = TableRows.vectors(model, AdultTable.test());
        List<Row> test =
                AdultTable.test().select("native-country", "occupation").collectAsList();
        List<List<String>> categories = new ArrayList<>();
        for (String column : new String[] {"native-country", "occupation"}) {
            categories.add(List.of(model.getCategories(column)));
        }
        for (int i = 0; i < vectors.size(); i++) {
            for (int c = 0; c < 2; c++) {
                String value = test.get(i).getString(c);
                String category = categories.get(c).get((int) vectors.get(i)[c]);
                assertThat(category)
                        .isEqualTo(
                                value == null ? "(missing)" : categories.get(c).contains(value) ? value : "(other)");
            }
        }
        assertThat(vectors).hasSize(16_281);
        assertThat(count).isEqualTo(32_561);
    }
}
