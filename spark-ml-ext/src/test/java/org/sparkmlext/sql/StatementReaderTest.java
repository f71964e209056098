package org.sparkmlext.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.ml.input.BadInputException;

class StatementReaderTest {

    /** Literals as they stand, so that the tests see what goes to Spark's parser. */
    private static Optional<ModelStatement> read(String sql) {
        return StatementReader.read(sql, literal -> literal);
    }

    private static ModelStatement.Create create(String sql) {
        return (ModelStatement.Create) read(sql).orElseThrow();
    }

    private static void refused(String sql, String... parts) {
        assertThatThrownBy(() -> read(sql))
                .isInstanceOf(BadInputException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void createHasAllItsParts() {
        String sql = """
                /* the /* nested */ comment's ' quote */ create Or REPLACE -- a comment with ' and ;
                  model `Churn` using Boosted_Trees_Classifier options (
                    num_trees = 150, 'learningRate' 1e-2, `label` = "left ""it"" ",
                    quantiles = (0.1, .5, 9e-1), classes = ARRAY('a,b', 'c'), x [1], min = -3, objective binary, -- AS (
                    network '{"layers": [")", "\\'"]}' 'more')
                As
                  WITH t AS (SELECT ';' AS a) SELECT * FROM t;""";
        ModelStatement.Create create = create(sql);
        assertThat(create.name()).isEqualTo("Churn");
        assertThat(create.replace()).isTrue();
        assertThat(create.ifNotExists()).isFalse();
        assertThat(create.algorithm()).isEqualTo("Boosted_Trees_Classifier");
        assertThat(create.options())
                .containsExactly(
                        Map.entry("num_trees", "150"),
                        Map.entry("'learningRate'", "1e-2"),
                        Map.entry("label", "\"left \"\"it\"\" \""),
                        Map.entry("quantiles", "0.1,.5,9e-1"),
                        Map.entry("classes", "'a,b','c'"),
                        Map.entry("x", "1"),
                        Map.entry("min", "-3"),
                        Map.entry("objective", "binary"),
                        Map.entry("network", "'{\"layers\": [\")\", \"\\'\"]}' 'more'"));
        assertThat(create.query()).isEqualTo(sql.indexOf("WITH t"));
        assertThat(create.queryText()).startsWith("WITH t").endsWith("FROM t;");
    }

    @Test
    void shortForms() {
        ModelStatement.Create create =
                create("CREATE MODEL IF NOT EXISTS m USING cnn_classifier OPTIONS () AS TABLE t");
        assertThat(create.ifNotExists()).isTrue();
        assertThat(create.options()).isEmpty();
        assertThat(create("CREATE MODEL 2024_churn USING a AS (SELECT 1)").name())
                .isEqualTo("2024_churn");
        assertThat(create("CREATE MODEL if USING a AS SELECT 1").name()).isEqualTo("if");
        assertThat(read("SHOW MODELS;")).contains(new ModelStatement.Show(null));
        assertThat(read("show models like 'a*|b'")).contains(new ModelStatement.Show("'a*|b'"));
        assertThat(read("SHOW MODELS r'a'")).contains(new ModelStatement.Show("r'a'"));
        assertThat(read("DESC MODEL m")).contains(new ModelStatement.Describe("m", false));
        assertThat(read("DESCRIBE MODEL EXTENDED m")).contains(new ModelStatement.Describe("m", true));
        assertThat(read("DESCRIBE MODEL extended")).contains(new ModelStatement.Describe("extended", false));
        assertThat(read("DROP MODEL IF EXISTS `m` ;; -- gone")).contains(new ModelStatement.Drop("m", true));
        assertThat(read("DROP MODEL if")).contains(new ModelStatement.Drop("if", false));
        assertThat(read("EVALUATE MODEL m USING SELECT 1")).contains(new ModelStatement.Evaluate("m", 23));
        assertThat(read("EXPLAIN MODEL m")).contains(new ModelStatement.Explain("m"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "/* never closed",
                "SELECT 'CREATE MODEL m'",
                "-- CREATE MODEL m USING a AS\nSELECT 1",
                "CREATE TABLE model USING parquet AS SELECT 1",
                "CREATE OR REPLACE VIEW model AS SELECT 1",
                "SHOW TABLES LIKE 'models'",
                "DESCRIBE model",
                "DESCRIBE model;",
                "DESC model.churn",
                "DESCRIBE TABLE model churn",
                "DROP TABLE model",
                "EXPLAIN SELECT * FROM model",
                "'never closed",
                "`CREATE` MODEL m",
                "CREATE",
                "CREATE OR"
            })
    void everythingElseIsSparks(String sql) {
        assertThat(read(sql)).isEmpty();
    }

    @Test
    void aFaultSaysWhereAndWhatIsExpected() {
        refused("CREATE MODEL", "line 1, column 13", "the name of a model", "got the end of the statement", "USING");
        refused("CREATE MODEL m\n  OPTIONS (a = 1) AS SELECT 1", "line 2, column 3", "expected USING, got 'OPTIONS'");
        refused("CREATE MODEL m USING 'a' AS SELECT 1", "the name of an algorithm", "got ''a''");
        refused("CREATE MODEL m USING a OPTIONS (a = 1 b = 2) AS SELECT 1", "expected , or ), got 'b'");
        refused("CREATE MODEL m USING a OPTIONS (a = ) AS SELECT 1", "a value of option 'a'", "got ')'");
        refused("CREATE MODEL m USING a OPTIONS (a = -b) AS SELECT 1", "a value of option 'a'", "got 'b'");
        refused("CREATE MODEL m USING a OPTIONS (a = (1, 2) AS SELECT 1", "expected , or ), got 'AS'");
        refused("CREATE MODEL m USING a OPTIONS (a = 'x) AS SELECT 1", "got a quote that is not closed");
        refused("CREATE MODEL m USING a OPTIONS (= 1) AS SELECT 1", "expected the key of an option, got '='");
        refused("CREATE MODEL m USING a OPTIONS (a = 1, a = 2) AS SELECT 1", "option 'a' is given twice");
        refused("CREATE MODEL m USING a AS ;", "expected a query, got ';'");
        refused("CREATE MODEL m USING a SELECT 1", "expected AS, got 'SELECT'");
        refused("CREATE OR REPLACE MODEL IF NOT EXISTS m USING a AS SELECT 1", "leave one of the two out");
        refused("CREATE MODEL 'm' USING a AS SELECT 1", "the name of a model without quotes, got ''m''");
        refused("DROP MODEL m n", "the end of the statement", "got 'n'", "DROP MODEL [IF EXISTS] name");
        refused("SHOW MODELS LIKE a", "a pattern in quotes", "got 'a'");
        refused("EVALUATE MODEL m SELECT 1", "expected USING, got 'SELECT'");
        refused("EVALUATE MODEL m USING", "expected a query");
    }

    /** So that they are refused as names, not taken for something shorter. */
    @Test
    void aNameIsAllThatStandsTogether() {
        for (String name : List.of("a.b", "a/b", "../a", "a-b", "`a`.b", "a'b'", "a\\b", "1.5")) {
            if (Character.isLetterOrDigit(name.charAt(0)) || name.startsWith("`")) {
                assertThat(read("DROP MODEL " + name)).contains(new ModelStatement.Drop(name, false));
            } else {
                refused("DROP MODEL " + name, "the name of a model");
            }
        }
        assertThat(read("DROP MODEL `a``b; DROP TABLE x`"))
                .contains(new ModelStatement.Drop("a`b; DROP TABLE x", false));
    }
}
