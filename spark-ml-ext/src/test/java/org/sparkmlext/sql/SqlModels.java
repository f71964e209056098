package org.sparkmlext.sql;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.ml.boosting.BoostedTreesClassificationModel;
import org.sparkmlext.ml.boosting.BoostedTreesClassifier;
import org.sparkmlext.ml.table.TableFormat;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.training.ModelDirectory;
import org.sparkmlext.ml.training.OutputDirectory;
import org.sparkmlext.testing.BinaryTable;
import org.sparkmlext.testing.LocalSpark;

/** Small models, saved, and the tables that they read. */
final class SqlModels {
    static final int ROWS = 300;

    private SqlModels() {}

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    static Dataset<Row> sql(String query, Object... parts) {
        return spark().sql(query.formatted(parts));
    }

    /** A view {@code customers}: id, a, b, c, label, and {@code job}, a text that says half of what there is to know. */
    static Dataset<Row> customers() {
        Dataset<Row> plain = BinaryTable.plain(spark(), ROWS, 3);
        List<Row> rows = plain.selectExpr(
                        "monotonically_increasing_id() AS row",
                        "a",
                        "b",
                        "c",
                        "label",
                        "CASE WHEN b > 14 THEN '?' WHEN b > 7 THEN 'clerk' ELSE 'nurse' END AS job")
                .collectAsList();
        Dataset<Row> customers = spark().createDataFrame(
                        rows,
                        new org.apache.spark.sql.types.StructType()
                                .add("id", "bigint")
                                .add("a", "double")
                                .add("b", "int")
                                .add("c", "float")
                                .add("label", "double")
                                .add("job", "string"));
        customers.createOrReplaceTempView("customers");
        return customers;
    }

    static BoostedTreesClassifier trees() {
        return new BoostedTreesClassifier().setNumTrees(8).setMaxLeaves(5).setNumThreads(1);
    }

    /** Trees on the plain columns; labels are the numbers 0 and 1. */
    static BoostedTreesClassificationModel churn() {
        return trees().setInputCols(BinaryTable.FEATURES).fit(customers());
    }

    /** An indexer of {@code job} and trees; labels are the texts {@code stays} and {@code leaves}, and {@code ?} is a missing value. */
    static PipelineModel named() {
        Dataset<Row> known = customers()
                .withColumn("job", when(col("job").notEqual("?"), col("job")).otherwise(lit(null)));
        return new Pipeline()
                .setStages(new PipelineStage[] {
                    new StringIndexer()
                            .setInputCol("job")
                            .setOutputCol("job_index")
                            .setHandleInvalid("keep"),
                    trees().setInputCols(new String[] {"a", "job_index"})
                })
                .fit(known);
    }

    static TableLayout namedLayout() {
        Map<String, Double> labels = new LinkedHashMap<>();
        labels.put("stays", 0.0);
        labels.put("leaves", 1.0);
        return new TableLayout(
                TableFormat.PARQUET,
                true,
                ",",
                List.of("?"),
                List.of(),
                List.of("a", "job"),
                List.of("job"),
                null,
                0,
                false,
                null,
                "label",
                labels,
                null,
                null);
    }

    /** Saves a model with what its training table was like; gives the path. */
    static String save(MLWritable model, TableLayout layout, Path directory) {
        new ModelDirectory(spark())
                .save(
                        model,
                        layout,
                        OutputDirectory.claim(
                                directory.toString(),
                                true,
                                spark().sparkContext().hadoopConfiguration()));
        return directory.toString();
    }

    /** Saves a model as Spark does; gives the path. */
    static String save(MLWritable model, Path directory) throws java.io.IOException {
        model.write().overwrite().save(directory.toString());
        return directory.toString();
    }
}
