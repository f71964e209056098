package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.TrainingListener;

/** Each kind of bad data ends in one message that names column, value and number of rows. */
class InvalidDataTest {

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = Tables.session("local[2]");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static AbstractThrowableAssert<?, ?> refused(Dataset<?> data, TableColumns columns) {
        return assertThatThrownBy(() -> DistributedTrainer.train(
                        data,
                        columns,
                        ColumnSums.rounds(1),
                        new RuntimeOptions(0, 0, "cpu"),
                        new TrainingListener() {}))
                .isExactlyInstanceOf(InvalidTrainingDataException.class)
                .satisfies(
                        t -> assertThat(spark.sparkContext().getPersistentRDDs().size())
                                .as("persisted tables")
                                .isZero());
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
        a | if(id < 3, double('Infinity'), id)    | feature column 'a' holds a value that is infinite as a float32 in 3 of 100 rows (for example Infinity)
        a | if(id = 7, -1e300D, id)               | feature column 'a' holds a value that is infinite as a float32 in 1 of 100 rows (for example -1.0E300)
        b | if(id < 4, float('-Infinity'), id)    | feature column 'b' holds a value that is infinite as a float32 in 4 of 100 rows (for example -Infinity)
        y | if(id < 5, null, id % 2)              | label column 'y' is null in 5 of 100 rows
        y | if(id < 6, double('NaN'), id % 2)     | label column 'y' is NaN in 6 of 100 rows
        y | if(id < 7, 2.5D, id % 2)              | label column 'y' holds a value other than 0 and 1 in 7 of 100 rows (for example 2.5)
        y | 0                                     | label column 'y' holds only the class 0.0 in all 75 training rows
        y | if(v, 0, 1)                           | label column 'y' holds only the class 1.0 in all 75 training rows
        w | if(id < 8, -0.5D, 1)                  | weight column 'w' holds a negative value in 8 of 100 rows (for example -0.5)
        w | if(id < 9, double('NaN'), 1)          | weight column 'w' is NaN in 9 of 100 rows
        w | if(id < 10, null, 1)                  | weight column 'w' is null in 10 of 100 rows
        w | if(id < 11, double('Infinity'), 1)    | weight column 'w' holds a value that is infinite as a float32 in 11 of 100 rows (for example Infinity)
        w | 0                                     | weight column 'w' is 0 in all 75 training rows
        v | if(id < 12, null, true)               | validation indicator column 'v' is null in 12 of 100 rows
        v | true                                  | validation indicator column 'v' is true in all 100 rows
        """)
    void aBadColumnIsNamed(String column, String expression, String message) {
        Dataset<Row> data =
                Tables.rows(spark, 100, 3).withColumn(column, org.apache.spark.sql.functions.expr(expression));
        refused(data, Tables.columns("w", "v")).hasMessageContaining(message);
    }

    private static TableColumns ofKind(TableColumns.LabelKind kind, String marginCol, int numOutputs) {
        return new TableColumns(null, List.of("a", "b"), List.of(), "y", kind, null, "v", marginCol, numOutputs);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        CLASS_INDEX  | if(id < 3, 1.5D, id % 4)        | label column 'y' holds a value that is no class index in 3 of 100 rows (for example 1.5); labels must be whole numbers from 0 to 1048576
        CLASS_INDEX  | if(id < 4, -1, id % 4)          | holds a value that is no class index in 4 of 100 rows (for example -1.0)
        CLASS_INDEX  | if(id < 5, 1048577, id % 4)     | holds a value that is no class index in 5 of 100 rows (for example 1048577.0)
        CLASS_INDEX  | if(id % 5 = 1, 0, id % 5)       | label column 'y' holds labels up to 4, but no training row has class 1;
        CLASS_INDEX  | if(v, 2, id % 2)                | label column 'y' holds labels up to 2, but no training row has class
        CLASS_INDEX  | if(id = 99, 1048576, 100)       | no training row has class 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 [and 1048556 more]
        CLASS_INDEX  | 0                               | holds only the class 0 in all 75 training rows; a classifier needs rows of at least two classes
        NON_NEGATIVE | if(id < 6, -0.5D, id)           | label column 'y' holds a negative value in 6 of 100 rows (for example -0.5); labels must be at least 0
        NON_NEGATIVE | if(id < 7, 1e300D, id)          | label column 'y' holds a value that is infinite as a float32 in 7 of 100 rows
        NON_NEGATIVE | 0                               | label column 'y' is 0 in all 75 training rows; this objective needs at least one label above 0
        POSITIVE     | id                              | label column 'y' holds a value that is not above 0 in 1 of 100 rows (for example 0.0); labels must be above 0
        POSITIVE     | if(id < 8, 1e-300D, 1 + id)     | holds a value that is not above 0 in 8 of 100 rows (for example 1.0E-300)
        POSITIVE     | if(id < 9, double('Infinity'), 1)| holds a value that is infinite as a float32 in 9 of 100 rows
        """)
    void labelsThatDoNotFitTheirKindAreNamed(TableColumns.LabelKind kind, String expression, String message) {
        Dataset<Row> data = Tables.rows(spark, 100, 3).withColumn("y", org.apache.spark.sql.functions.expr(expression));
        refused(data, ofKind(kind, null, kind == TableColumns.LabelKind.CLASS_INDEX ? 0 : 1))
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "{0} outputs: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        1 | if(id < 3, null, id)                        | base margin column 'm' is null in 3 of 100 rows; every row needs a base margin
        1 | if(id < 4, double('NaN'), id)               | base margin column 'm' holds a value that is not finite as a float32 in 4 of 100 rows (for example NaN)
        2 | array(id, if(id < 5, 1e300D, id))           | holds a value that is not finite as a float32 in 5 of 100 rows (for example 1.0E300)
        2 | array(id, if(id < 6, null, id))             | holds a value that is not finite as a float32 in 6 of 100 rows
        3 | array(id, id)                               | base margin column 'm' holds base margins of lengths 2 (100 rows); needed is one for each of the 3 outputs in every row
        2 | if(id < 7, array(id), array(id, id))        | holds base margins of lengths 1 (7 rows), 2 (93 rows); needed is one for each of the 2 outputs
        1 | array_repeat(id, 0)                                  | holds base margins of lengths 0 (100 rows); needed is one for each of the 1 outputs
        0 | array(id, id)                               | holds base margins of lengths 2 (100 rows); needed is one for each of the 4 classes in every row
        """)
    void badBaseMarginsAreNamed(int numOutputs, String expression, String message) {
        Dataset<Row> data = Tables.rows(spark, 100, 3)
                .selectExpr("*", "id % 4 as c")
                .withColumn("m", org.apache.spark.sql.functions.expr(expression))
                .drop("y")
                .withColumnRenamed("c", "y");
        TableColumns.LabelKind kind =
                numOutputs == 0 ? TableColumns.LabelKind.CLASS_INDEX : TableColumns.LabelKind.REAL;
        TableColumns columns =
                new TableColumns(null, List.of("a", "b"), List.of(), "y", kind, null, null, "m", numOutputs);
        refused(data, columns).hasMessageContaining(message);
    }

    @Test
    void aBaseMarginThatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> DistributedTrainer.train(
                        Tables.rows(spark, 10, 1).selectExpr("*", "'x' as m"),
                        ofKind(TableColumns.LabelKind.REAL, "m", 1),
                        ColumnSums.rounds(1),
                        new RuntimeOptions(0, 0, "cpu"),
                        new TrainingListener() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "baseMarginCol names column 'm' of type string; needed is a numeric type, an array of numbers"
                                + " or an ML vector");
    }

    @Test
    void allKindsOfFaultsAreToldAtOnce() {
        Dataset<Row> data = Tables.rows(spark, 100, 3)
                .selectExpr("if(id < 3, double('Infinity'), a) as a", "b", "if(id < 5, null, y) as y");
        refused(data, Tables.COLUMNS)
                .hasMessageContaining("'a'")
                .hasMessageContaining("in 3 of 100 rows")
                .hasMessageContaining("Also: label column 'y' is null in 5 of 100 rows");
    }

    @Test
    void anEmptyTableIsRefused() {
        refused(Tables.rows(spark, 100, 3).filter("id < 0"), Tables.COLUMNS)
                .hasMessageContaining("the data set is empty: 0 rows");
        refused(Tables.rows(spark, 100, 3).limit(0), Tables.COLUMNS).hasMessageContaining("empty");
    }

    @Test
    void badVectorsAreRefused() {
        refused(
                        vectors(
                                Vectors.dense(1, 2),
                                Vectors.dense(1, 2, 3),
                                Vectors.sparse(3, new int[0], new double[0])),
                        VECTORS)
                .hasMessageContaining("vector column 'f' holds vectors of lengths 2 (1 rows), 3 (2 rows)");
        refused(vectors(Vectors.dense(1, 2), null, null), VECTORS)
                .hasMessageContaining("vector column 'f' is null in 2 of 3 rows");
        refused(vectors(Vectors.dense(1, 2), Vectors.dense(1, Double.NEGATIVE_INFINITY)), VECTORS)
                .hasMessageContaining(
                        "feature column 'f[1]' holds a value that is infinite as a float32 in 1 of 2 rows");
        refused(vectors(Vectors.dense(new double[0]), Vectors.dense(new double[0])), VECTORS)
                .hasMessageContaining("vectors of length 0");
    }

    @Test
    void unreadableTypesAreRefused() {
        assertThatThrownBy(() -> DistributedTrainer.train(
                        Tables.rows(spark, 10, 1).selectExpr("a", "cast(b as string) as b", "y"),
                        Tables.COLUMNS,
                        ColumnSums.rounds(1),
                        new RuntimeOptions(0, 0, "cpu"),
                        new TrainingListener() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("inputCols names column 'b' of type string; needed is a numeric or boolean type");
    }

    private static final TableColumns VECTORS =
            new TableColumns("f", List.of(), List.of(), "y", TableColumns.LabelKind.BINARY, null, null);

    private static Dataset<Row> vectors(Vector... vectors) {
        StructType schema = new StructType(new StructField[] {
            new StructField("f", SQLDataTypes.VectorType(), true, Metadata.empty()),
            new StructField("y", DataTypes.DoubleType, false, Metadata.empty())
        });
        List<Row> rows = new java.util.ArrayList<>();
        for (int i = 0; i < vectors.length; i++) {
            rows.add(RowFactory.create(vectors[i], (double) (i % 2)));
        }
        return spark.createDataFrame(rows, schema)
                .repartition(Arrays.asList(vectors).size());
    }
}
