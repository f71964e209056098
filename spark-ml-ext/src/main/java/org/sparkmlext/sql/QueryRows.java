package org.sparkmlext.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** The rows of a parsed query. Spark 4 has the method for it in another class than Spark 3.5. */
final class QueryRows {
    private static final String SPARK_4 = "org.apache.spark.sql.classic.Dataset";
    private static final String SPARK_3 = "org.apache.spark.sql.Dataset";

    private QueryRows() {}

    /** Analyses the query; fails as Spark's analysis does. */
    @SuppressWarnings("unchecked")
    static Dataset<Row> of(SparkSession session, LogicalPlan query) {
        try {
            return (Dataset<Row>) ofRows().invoke(null, session, query);
        } catch (InvocationTargetException failed) {
            throw Sneaky.raise(failed.getCause() == null ? failed : failed.getCause());
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalStateException("this version of Spark makes no Dataset of a plan", unknown);
        }
    }

    private static Method ofRows() throws ReflectiveOperationException {
        Class<?> datasets;
        try {
            datasets = Class.forName(SPARK_4);
        } catch (ClassNotFoundException older) {
            datasets = Class.forName(SPARK_3);
        }
        return Arrays.stream(datasets.getMethods())
                .filter(method -> method.getName().equals("ofRows") && method.getParameterCount() == 2)
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException("Dataset.ofRows(SparkSession, LogicalPlan)"));
    }
}
