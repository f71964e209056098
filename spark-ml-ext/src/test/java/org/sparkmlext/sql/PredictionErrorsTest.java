package org.sparkmlext.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkmlext.sql.SqlModels.customers;
import static org.sparkmlext.sql.SqlModels.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.AnalysisException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.testing.LocalSpark;

/** Calls that no model can answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PredictionErrorsTest {

    @TempDir
    static Path directory;

    private String model;
    private String named;

    @BeforeAll
    void fit() throws IOException {
        model = SqlModels.save(SqlModels.churn(), directory.resolve("churn"));
        named = SqlModels.save(SqlModels.named(), SqlModels.namedLayout(), directory.resolve("named"));
    }

    private static void refused(String query, String... parts) {
        assertThatThrownBy(() -> sql(query))
                .isInstanceOf(AnalysisException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void bothSchemasAreNamed() {
        refused(
                "SELECT ml_predict('" + named + "', a, label) FROM customers",
                "ml_predict('" + named + "')",
                "the model reads a (number), job (string)",
                "the query gives a (double), label (double)",
                "column 'job' is missing",
                "job => expression");
        refused(
                "SELECT ml_predict('" + named + "', a, job => map(1, 2)) FROM customers",
                "the query gives a (double), job (map<int,int>)",
                "column 'job' is map<int,int>");
        refused(
                "SELECT ml_predict('" + model + "', a, b, d => c, CC => c) FROM customers",
                "column 'c' is missing; did you mean c => CC?");
        refused(
                "SELECT ml_predict('" + model + "', job => job, a => job, b, c) FROM customers",
                "a (string)",
                "column 'a' is string. Cast it first");
        refused("SELECT ml_predict('" + model + "', a, *) FROM customers", "column 'a' is there 2 times");
        refused("SELECT ml_predict('" + model + "') FROM customers", "the query gives nothing");
    }

    @Test
    void expressionsWithoutNamesGoByPlaces() {
        refused("SELECT ml_predict('" + model + "', a + 1, b) FROM customers", "there are 2 for 3 columns", "=>");
        refused("SELECT ml_predict('" + model + "', b, a, c + 1) FROM customers", "'b' stands in the place of 'a'");
    }

    @Test
    void theModelIsAConstantThatExists() throws IOException {
        refused("SELECT ml_predict(job, a) FROM customers", "constant text", "got", "job");
        refused(
                "SELECT * FROM ml_forecast('" + model + "', 'customers')",
                "BoostedTreesClassificationModel",
                "lstm_regressor");
        refused("SELECT * FROM ml_forecast('" + model + "')", "two constant texts", "got 1 arguments");
        refused("SELECT ml_predict() FROM customers", "got no argument");
        refused("SELECT ml_predict(CAST(NULL AS STRING), a) FROM customers", "constant text");
        refused("SELECT ml_predict('" + directory + "/absent', a) FROM customers", "/absent");
        Path damaged = Files.createDirectories(directory.resolve("damaged/metadata"));
        Files.writeString(damaged.resolve("part-00000"), "{");
        refused("SELECT ml_predict('" + directory + "/damaged', a) FROM customers", "damaged");
        assertThat(sql("SELECT ml_predict(concat('%s', '/churn'), *) FROM customers", directory)
                        .count())
                .isEqualTo(SqlModels.ROWS);
    }

    @Test
    void numbersHaveNoProbabilities() throws IOException {
        String numbers = SqlModels.save(
                new BoostedTreesRegressor()
                        .setNumTrees(2)
                        .setNumThreads(1)
                        .setLabelCol("c")
                        .setInputCols(new String[] {"a", "b"})
                        .fit(customers()),
                directory.resolve("numbers"));
        refused(
                "SELECT ml_predict_proba('" + numbers + "', *) FROM customers",
                "BoostedTreesRegressionModel",
                "ml_predict");
    }

    @Test
    void placesWithoutRowsAreRefused() {
        refused(
                "SELECT transform(array(a), x -> ml_predict('" + model + "', a => x, b => b, c => c)) FROM customers",
                "explode the array");
    }

    @Test
    void theCacheIsBounded() throws IOException {
        ModelCache cache = ModelCache.of(LocalSpark.session());
        LocalSpark.session().conf().set(ModelCache.SIZE, "2");
        try {
            for (int i = 0; i < 4; i++) {
                String copy = SqlModels.save(
                        SqlModels.trees()
                                .setNumTrees(1 + i)
                                .setInputCols(new String[] {"a"})
                                .fit(customers()),
                        directory.resolve("copy-" + i));
                sql("SELECT ml_predict('%s', a) FROM customers", copy);
                assertThat(cache.size()).isLessThanOrEqualTo(2);
            }
            LocalSpark.session().conf().set(ModelCache.SIZE, "none");
            refused("SELECT ml_predict('" + model + "', *) FROM customers", ModelCache.SIZE, "'none'", "at least 1");
        } finally {
            LocalSpark.session().conf().unset(ModelCache.SIZE);
        }
    }
}
