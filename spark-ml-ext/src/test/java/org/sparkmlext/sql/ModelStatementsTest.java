package org.sparkmlext.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.testing.RealData;

/** The statements on models, said to Spark. */
@Timeout(300)
class ModelStatementsTest {
    private static final String CREATE = """
            CREATE MODEL churn USING boosted_trees_classifier
            OPTIONS (label = 'left', num_trees = 10, minDataInLeaf 1, validation_fraction = 0.25, seed = 7)
            AS SELECT age, city, left FROM customers""";

    @TempDir
    Path folder;

    private SqlSession session;

    @BeforeEach
    void open() {
        session = new SqlSession(folder.resolve("models"));
        // Those who leave are the old ones in Ulm and the young ones elsewhere.
        session.sql("""
                CREATE TEMPORARY VIEW customers AS
                SELECT age, city, IF((age > 50) = (city = 'Ulm'), 'yes', 'no') AS left
                FROM (SELECT CAST(20 + id % 61 AS DOUBLE) AS age, IF(id % 3 = 0, 'Ulm', 'Kiel') AS city FROM range(600))
                """);
    }

    @Test
    void aModelIsMadeMeasuredShownAndDropped() {
        Dataset<Row> created = session.spark().sql(CREATE);
        // It has run already; looking at its result does not run it again.
        assertThat(created.columns())
                .containsExactly("model", "version", "algorithm", "rows", "seconds", "metric", "train", "validation");
        Row made = created.first();
        assertThat(created.first()).isEqualTo(made);
        assertThat(made.getString(0)).isEqualTo("churn");
        assertThat(made.getInt(1)).isEqualTo(1);
        assertThat(made.getString(2)).isEqualTo("boosted_trees_classifier");
        assertThat(made.getLong(3)).isBetween(400L, 500L);
        assertThat(made.getDouble(4)).isPositive();
        assertThat(made.getString(5)).isEqualTo("logloss");
        assertThat(made.getDouble(6)).isBetween(0.0, 0.5);
        assertThat(made.getDouble(7)).isBetween(0.0, 0.5);

        Map<String, Object> figures = session.map("EVALUATE MODEL churn USING SELECT * FROM customers");
        assertThat(figures)
                .containsEntry("auc", 1.0)
                .containsEntry("accuracy", 1.0)
                .containsEntry("rows", 600.0);
        assertThat(session.map("EVALUATE MODEL churn USING SELECT * FROM customers WHERE left = 'yes'"))
                .containsEntry("auc", null);

        Map<String, Object> importances = session.map("EXPLAIN MODEL churn");
        assertThat(importances).containsOnlyKeys("age", "city");
        assertThat((double) importances.get("age") + (double) importances.get("city"))
                .isEqualTo(1);

        Map<String, Object> described = session.map("DESCRIBE MODEL churn");
        assertThat(described)
                .containsEntry("version", "1")
                .containsEntry("label", "left")
                .containsEntry("classes", "no, yes")
                .containsEntry("column age", "double")
                .containsEntry("column city", "string")
                .containsEntry("option num_trees", "10")
                .doesNotContainKey("query");
        Map<String, Object> extended = session.map("DESC MODEL EXTENDED CHURN");
        assertThat(extended)
                .containsEntry("query", "SELECT age, city, left FROM customers")
                .containsEntry("versions", "v1")
                .containsKeys("path", "content");

        assertThat(session.sql("DROP MODEL churn")).isEmpty();
        session.refuses("DROP MODEL churn", "unknown model 'churn'");
        assertThat(session.sql("DROP MODEL IF EXISTS churn")).isEmpty();
        assertThat(session.sql("SHOW MODELS")).isEmpty();
    }

    @Test
    void aNameIsTakenUntilItIsReplaced() {
        session.sql(CREATE);
        session.refuses(CREATE, "model 'churn' exists already", "CREATE OR REPLACE MODEL", "DROP MODEL churn");
        assertThat(session.sql(CREATE.replace("MODEL churn", "MODEL IF NOT EXISTS churn")))
                .isEmpty();
        Row second = session.one(CREATE.replace("CREATE MODEL churn", "CREATE OR REPLACE MODEL Churn")
                .replace("num_trees = 10", "num_trees = 1"));
        assertThat(second.getInt(1)).isEqualTo(2);
        assertThat(session.map("DESCRIBE MODEL EXTENDED churn"))
                .containsEntry("version", "2")
                .containsEntry("option num_trees", "1")
                .containsEntry("versions", "v1, v2");
    }

    @Test
    void parametersStandInTheQuery() {
        SparkSession spark = session.spark();
        Row made = spark.sql(
                        CREATE.replace("validation_fraction = 0.25", "max_leaves = 31")
                                + " WHERE age > :low AND city IN (SELECT city FROM customers WHERE city <> :none)",
                        Map.of("low", 50.0, "none", "Rome"))
                .first();
        assertThat(made.getLong(3)).isBetween(280L, 320L);
        assertThat(session.map("DESCRIBE MODEL EXTENDED churn").get("query").toString())
                .contains("age > :low");
        assertThat(spark.sql("EVALUATE MODEL churn USING SELECT * FROM customers WHERE age > ?", new Object[] {70})
                        .collectAsList()
                        .toString())
                .contains("[rows,90.0]");
        assertThat(spark.sql(
                                "SELECT count(*) FROM customers WHERE ml_predict(:model, *) = left AND age > :low",
                                Map.of("model", "churn", "low", 70))
                        .first()
                        .getLong(0))
                .isEqualTo(90);
        spark.sql(
                CREATE.replace("MODEL churn", "MODEL named")
                        .replace("AS SELECT", "AS WITH old AS (TABLE customers) SELECT")
                        .replace("FROM customers", "FROM old WHERE age > :low"),
                Map.of("low", 50));
        session.refuses(CREATE.replace("churn", "c") + " WHERE age > :low", "UNBOUND_SQL_PARAMETER", "low");
        session.refuses(
                CREATE.replace("churn", "c").replace("= 10", "= :trees"),
                "option 'num_trees' is a parameter marker",
                "in the query only");
    }

    @Test
    void aNameInTheMakingIsRefusedBeforeTraining() {
        try (Reservation other = new ModelWarehouse(session.spark()).reserve(new ModelName("churn"))) {
            for (String create : List.of(CREATE, CREATE.replace("MODEL churn", "MODEL IF NOT EXISTS churn"))) {
                session.refuses(
                        create,
                        "another session is just making model 'churn': application local-",
                        "CREATE OR REPLACE MODEL",
                        ".churn.reserved");
            }
            // One that says it is to be replaced need not wait.
            assertThat(session.one(CREATE.replace("CREATE", "CREATE OR REPLACE"))
                            .getInt(1))
                    .isEqualTo(1);
        }
        session.refuses(CREATE, "exists already");
        assertThat(session.sql(CREATE.replace("MODEL churn", "MODEL IF NOT EXISTS churn")))
                .isEmpty();
        session.sql("DROP MODEL churn");
        session.refuses(CREATE.replace("'left'", "'lfet'"), "unknown column 'lfet'");
        assertThat(session.one(CREATE).getInt(1)).isEqualTo(1);
        assertThat(folder.resolve("models/.churn.reserved")).doesNotExist();
    }

    @Test
    void modelsAreListedByPattern() throws IOException {
        for (String name : List.of("churn_a", "churn_b", "price")) {
            session.sql(CREATE.replace("MODEL churn", "MODEL " + name).replace("num_trees = 10", "num_trees = 1"));
        }
        assertThat(session.sql("SHOW MODELS")).hasSize(3);
        assertThat(session.sql("SHOW MODELS LIKE 'CHURN*'"))
                .extracting(row -> row.getString(0))
                .containsExactly("churn_a", "churn_b");
        assertThat(session.sql("SHOW MODELS LIKE '*_a|price'"))
                .extracting(row -> row.getString(0))
                .containsExactly("churn_a", "price");
        assertThat(session.sql("SHOW MODELS LIKE 'churn.a'")).isEmpty();
        Path facts = folder.resolve("models/price/v1/_model.json");
        Files.delete(facts.resolveSibling("._model.json.crc"));
        Files.writeString(facts, "{");
        assertThat(session.one("SHOW MODELS LIKE 'price'").getString(2)).contains("cannot be read");
        session.refuses("DESCRIBE MODEL price", "price/v1/_model.json is damaged", "drop the model");
    }

    @Test
    void aRegressionTellsItsErrors() {
        session.sql("""
                CREATE MODEL doubled USING boosted_trees_regressor
                OPTIONS (labelCol = y, weight_col = w, ignore = city, num_trees = 30, learning_rate = 0.3)
                AS SELECT age, city, age * 2 AS y, 1 + age % 2 AS w FROM customers""");
        Map<String, Object> figures =
                session.map("EVALUATE MODEL doubled USING SELECT age, age * 2 AS y, 1 AS w FROM customers");
        assertThat(figures).containsKeys("rmse", "mae", "mape").containsEntry("weight", 600.0);
        assertThat((Double) figures.get("r2")).isGreaterThan(0.99);
        assertThat(session.map("DESCRIBE MODEL doubled"))
                .containsEntry("column age", "double")
                .doesNotContainKeys("column city", "classes");
    }

    @Test
    void aNetworkOnPixelsTellsItsLayers() {
        session.sql("""
                CREATE TEMPORARY VIEW pixels AS
                SELECT array_repeat(IF(id % 2 = 0, 0.1F, 0.9F), 64) AS image, id % 2 AS dark FROM range(64)
                """);
        Row made = session.one("""
                CREATE MODEL pictures USING cnn_classifier
                OPTIONS (label = dark, height = 8, width = 8, channels = 1, max_epochs = 3, batch_size = 16,
                         network = 'simple-cnn', num_threads = 2)
                AS SELECT * FROM pixels""");
        assertThat(made.getString(2)).isEqualTo("cnn_classifier");
        List<Row> layers = session.sql("EXPLAIN MODEL pictures");
        assertThat(layers.get(layers.size() - 1).getString(0)).isEqualTo("output");
        assertThat(layers.get(layers.size() - 1).getString(2)).isEqualTo("2");
        assertThat(layers).anySatisfy(layer -> assertThat(layer.getLong(3)).isPositive());
        assertThat(session.map("EVALUATE MODEL pictures USING SELECT * FROM pixels"))
                .containsEntry("rows", 64.0);
    }

    @Test
    void aNetworkForetellsEvents() {
        session.sql("""
                CREATE TEMPORARY VIEW loads AS SELECT IF(id % 2 = 0, 'north', 'south') AS site,
                TIMESTAMP '2024-03-01 00:00:00' + make_interval(0, 0, 0, 0, CAST(id DIV 2 AS INT)) AS at,
                sin(id DIV 2) + id % 2 AS load FROM range(200)
                """);
        session.sql("""
                CREATE MODEL loads USING lstm_regressor
                OPTIONS (time = at, entity = site, targets = load, window_length = 8, horizon = 2, max_epochs = 2,
                         validation_fraction = 0.2, num_threads = 2)
                AS TABLE loads""");
        assertThat(session.map("EVALUATE MODEL loads USING SELECT * FROM loads"))
                .containsKeys("rmse", "mae", "r2", "rows");
        assertThat(session.map("DESCRIBE MODEL loads"))
                .containsEntry("column at", "timestamp")
                .containsEntry("column load", "double")
                .doesNotContainKey("label");
    }

    @Test
    void wrongOptionsNameTheRightOnes() {
        session.refuses(
                CREATE.replace("num_trees", "num_tree"), "unknown option 'num_tree'", "did you mean 'num_trees'?");
        session.refuses(CREATE.replace("num_trees", "numTress"), "unknown option 'numTress'", "'num_trees'?");
        session.refuses(CREATE.replace("seed = 7", "numTrees = 7"), "option 'num_trees' is given twice", "'numTrees'");
        session.refuses(CREATE.replace("num_trees = 10", "num_trees = ten"), "param 'numTrees'", "got 'ten'");
        session.refuses(CREATE.replace("num_trees = 10", "num_trees = -1"), "numTrees", "-1");
        session.refuses(CREATE.replace("0.25", "1.5"), "validation_fraction must be a number in [0, 1), got '1.5'");
        session.refuses(
                CREATE.replace("boosted_trees_classifier", "boosted_tree_classifier"),
                "unknown algorithm 'boosted_tree_classifier'",
                "did you mean 'boosted_trees_classifier'?");
        session.refuses(
                CREATE.replace("label = 'left', ", ""), "no label column given", "option label = NAME", "age, city");
        session.refuses(CREATE.replace("'left'", "'lfet'"), "unknown column 'lfet'", "did you mean 'left'?");
        session.refuses(CREATE.replace("seed = 7", "time = age"), "time says nothing to boosted_trees_classifier");
        session.refuses(CREATE.replace("_classifier", "_regressor"), "a regressor needs numbers", "missing");
        session.refuses(
                CREATE.replace("SELECT age", "SELECT age AS city, age"), "columns of the same name: city", "AS");
        assertThat(folder.resolve("models/churn")).doesNotExist();
    }

    @Test
    void namesAndOptionsReachNothingElse() throws IOException {
        for (String name : List.of("`../churn`", "`a/b`", "a.b", "`x; DROP VIEW customers`", "`$(touch x)`")) {
            session.refuses(CREATE.replace("MODEL churn", "MODEL " + name), "is not allowed", "letters");
            session.refuses("DROP MODEL " + name, "is not allowed");
            session.refuses("EVALUATE MODEL " + name + " USING TABLE customers", "is not allowed");
        }
        for (String label :
                List.of("'left` FROM customers; DROP VIEW customers --'", "'left'') --'", "'\\'; SELECT 1'")) {
            session.refuses(CREATE.replace("'left'", label), "unknown column");
        }
        session.sql("CREATE TEMPORARY VIEW odd AS SELECT age AS `a``b.c'`, city, left AS `l'e.f``t` FROM customers");
        session.sql(CREATE.replace("MODEL churn", "MODEL odd")
                .replace("'left'", "'l\\'e.f`t'")
                .replace("SELECT age, city, left FROM customers", "SELECT * FROM odd"));
        assertThat(session.map("EVALUATE MODEL odd USING TABLE odd")).containsEntry("accuracy", 1.0);
        assertThat(session.map("EXPLAIN MODEL odd")).containsOnlyKeys("city", "a`b.c'");
        try (Stream<Path> made = Files.list(folder)) {
            assertThat(made.map(path -> path.getFileName().toString())).containsExactly("models");
        }
    }

    @Test
    void aQueryThatDoesNotFitShowsBothSchemas() {
        session.sql(CREATE);
        session.refuses(
                "EVALUATE MODEL churn USING SELECT city, left FROM customers",
                "column 'age' is missing",
                "The model reads age double, city string",
                "the query has city string, left string");
        session.refuses(
                "EVALUATE MODEL churn USING SELECT CAST(age AS STRING) AS age, city, left FROM customers",
                "column 'age' is string where the model has double");
        session.refuses("EVALUATE MODEL churn USING SELECT age, city FROM customers", "unknown column 'left'");
        session.refuses(
                "EVALUATE MODEL churn USING SELECT age, city, 'perhaps' AS left FROM customers",
                "label column 'left' has the value 'perhaps'",
                "known are no, yes");
        session.refuses("EVALUATE MODEL chrun USING TABLE customers", "unknown model 'chrun'", "did you mean 'churn'?");
        // A whole number does for a number.
        assertThat(session.map("EVALUATE MODEL churn USING SELECT CAST(age AS INT) AS age, city, left FROM customers"))
                .containsEntry("accuracy", 1.0);
    }

    @Test
    void aBadQueryFailsAsSparkSaysItWhereItStands() {
        assertThatThrownBy(() -> session.sql("CREATE MODEL m\n  USING boosted_trees_classifier AS SELECT FORM x y z"))
                .isInstanceOf(ParseException.class)
                .hasMessageContaining("line 2");
        session.refuses(
                CREATE.replace("FROM customers", "FROM custmers"), "TABLE_OR_VIEW_NOT_FOUND", "custmers", "line 3");
        session.refuses("CREATE MODLE m USING a AS SELECT 1", "MODLE");
        session.refuses("EXPLAIN MODEL none", "unknown model 'none'", "there are no models");
        assertThat(session.sql("DESCRIBE TABLE customers")).hasSize(3);
    }

    @Test
    void aModelOfWhichFilesAreGoneIsNamed() throws IOException {
        session.sql(CREATE);
        String path =
                String.valueOf(session.map("DESCRIBE MODEL EXTENDED churn").get("path"));
        new ModelDirectory(session.spark()).load(path);
        Files.delete(folder.resolve("models/churn/v1/_table.json"));
        session.refuses("EVALUATE MODEL churn USING TABLE customers", "lacks _table.json", "create it again");
        try (Stream<Path> stages = Files.walk(folder.resolve("models/churn/v1/stages"))) {
            for (Path file : stages.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".safetensors"))
                    .toList()) {
                Files.delete(file);
            }
        }
        session.refuses("EXPLAIN MODEL churn", "churn/v1' cannot be loaded", "safetensors");
    }

    @Test
    @RealData
    void adultByNothingButSql() {
        session.sql(adult("adult_train", "adult/adult-train.csv.gz"));
        session.sql(adult("adult_test_file", "adult/adult-test.csv.gz"));
        // The labels of the test file end in a full stop.
        session.sql("CREATE TEMPORARY VIEW adult_test AS"
                + " SELECT * EXCEPT (income), replace(income, '.', '') AS income FROM adult_test_file");
        session.sql("""
                CREATE MODEL adult USING boosted_trees_classifier
                OPTIONS (label = income, positive_label = '>50K', num_trees = 150, learning_rate = 0.1, max_leaves = 31,
                         min_data_in_leaf = 20, seed = 0, validation_fraction = 0.1)
                AS SELECT * FROM adult_train""");
        Map<String, Object> figures = session.map("EVALUATE MODEL adult USING SELECT * FROM adult_test");
        System.out.println("Adult by SQL: " + figures);
        assertThat((Double) figures.get("auc")).isGreaterThanOrEqualTo(0.925);
        assertThat((Double) figures.get("log_loss")).isLessThanOrEqualTo(0.282);
        assertThat((Double) figures.get("accuracy")).isGreaterThanOrEqualTo(0.87);
        assertThat(figures).containsEntry("rows", 16281.0);
        assertThat(session.sql("EXPLAIN MODEL adult")).hasSize(14);
    }

    private static String adult(String view, String file) {
        return "CREATE TEMPORARY VIEW " + view + " (age DOUBLE, workclass STRING, fnlwgt DOUBLE, education STRING,"
                + " education_num DOUBLE, marital_status STRING, occupation STRING, relationship STRING, race STRING,"
                + " sex STRING, capital_gain DOUBLE, capital_loss DOUBLE, hours_per_week DOUBLE, native_country STRING,"
                + " income STRING) USING csv OPTIONS (path '" + RealData.Directory.file(file)
                + "', nullValue '?', ignoreLeadingWhiteSpace true, ignoreTrailingWhiteSpace true)";
    }
}
