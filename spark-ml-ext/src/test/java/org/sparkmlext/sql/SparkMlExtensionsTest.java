package org.sparkmlext.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.catalyst.analysis.SimpleFunctionRegistry;
import org.apache.spark.sql.catalyst.analysis.SimpleTableFunctionRegistry;
import org.apache.spark.sql.classic.SparkSession;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.LogLines;
import scala.jdk.javaapi.CollectionConverters;

class SparkMlExtensionsTest {

    /** Two applications of one process, in both of which Spark finds what the setting names. */
    @Test
    void namedAndFoundItIsThereOnceAndNobodyIsWarned() {
        LocalSpark.stop();
        try (LogLines functions = LogLines.of(SimpleFunctionRegistry.class);
                LogLines tables = LogLines.of(SimpleTableFunctionRegistry.class)) {
            for (int application = 0; application < 2; application++) {
                SparkSession session = (SparkSession) org.apache.spark.sql.SparkSession.builder()
                        .master("local[1]")
                        .config("spark.ui.enabled", "false")
                        .config("spark.driver.host", "127.0.0.1")
                        .config("spark.driver.bindAddress", "127.0.0.1")
                        .config("spark.sql.warehouse.dir", "target/spark-warehouse")
                        .config("spark.sql.extensions", SparkMlExtensions.class.getName())
                        .getOrCreate();
                assertThat(CollectionConverters.asJava(
                                session.sessionState().analyzer().postHocResolutionRules()))
                        .filteredOn(rule -> rule instanceof PredictionRule)
                        .hasSize(1);
                assertThat(session.sql("DESCRIBE FUNCTION ml_predict")
                                .collectAsList()
                                .toString())
                        .contains("ModelCall");
                assertThat(session.sql("SHOW MODELS LIKE 'none'").collectAsList())
                        .isEmpty();
                session.stop();
            }
            assertThat(functions.lines()).isEmpty();
            assertThat(tables.lines()).isEmpty();
        }
    }
}
