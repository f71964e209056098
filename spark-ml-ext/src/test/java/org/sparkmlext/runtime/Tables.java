package org.sparkmlext.runtime;

import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.sparkmlext.data.TableColumns;

/** Sessions and small tables. */
final class Tables {

    static final TableColumns COLUMNS = columns(null, null);

    static final TableColumns VECTOR_COLUMNS =
            new TableColumns("f", List.of(), List.of(), "y", TableColumns.LabelKind.BINARY, null, null);

    private Tables() {}

    static SparkSession session(String master) {
        return builder(master).getOrCreate();
    }

    static SparkSession.Builder builder(String master) {
        return SparkSession.builder()
                .master(master)
                .appName("runtime-test")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "3");
    }

    static TableColumns columns(String weightCol, String validationCol) {
        return new TableColumns(
                null, List.of("a", "b"), List.of(), "y", TableColumns.LabelKind.BINARY, weightCol, validationCol);
    }

    /** Rows 0 to n - 1: a = id / 8, b = null for each fifth, y = id % 2, w = 1 + id % 3, v = each fourth. */
    static Dataset<Row> rows(SparkSession spark, long n, int partitions) {
        return spark.range(0, n, 1, partitions)
                .selectExpr(
                        "id",
                        "id / 8.0D as a",
                        "if(id % 5 = 0, null, cast(id % 7 as int)) as b",
                        "cast(id % 2 as tinyint) as y",
                        "1 + id % 3 as w",
                        "id % 4 = 3 as v");
    }

    /** How {@link #vectors} stores its vectors. */
    enum Form {
        DENSE,
        SPARSE,
        /** Each as it takes less, which is what Spark's own stages mostly write: dense for each third row. */
        COMPRESSED
    }

    /** Rows 0 to n - 1: f = 12 features of which one is not 0, or, in each third row, nine; y = id % 2. */
    static Dataset<Row> vectors(SparkSession spark, long n, int partitions, Form form) {
        UDF1<Long, Vector> vector = id -> {
            double[] values = new double[12];
            for (int f = 0; f < (id % 3 == 0 ? 9 : 1); f++) {
                values[(int) ((id + f) % 12)] = id % 5 == 0 ? Double.NaN : 1 + id / 8.0;
            }
            Vector dense = Vectors.dense(values);
            return switch (form) {
                case DENSE -> dense;
                case SPARSE -> dense.toSparse();
                case COMPRESSED -> dense.compressed();
            };
        };
        return spark.range(0, n, 1, partitions)
                .select(
                        functions
                                .udf(vector, SQLDataTypes.VectorType())
                                .apply(functions.col("id"))
                                .as("f"),
                        functions.expr("cast(id % 2 as tinyint)").as("y"),
                        functions.col("id"));
    }
}
