package org.sparkmlext.ml.feature;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.testing.LocalSpark;

/** Small tables and their assembled vectors. */
final class TableRows {

    private TableRows() {}

    /** A table of one column {@code x}. */
    static Dataset<Row> column(DataType type, Object... values) {
        List<Row> rows = Arrays.stream(values).map(RowFactory::create).toList();
        return LocalSpark.session().createDataFrame(rows, new StructType().add("x", type));
    }

    static TableAssembler assembler(String... columns) {
        return new TableAssembler().setInputCols(columns);
    }

    /** The vectors of the same rows that the assembler was fitted on. */
    static List<double[]> fitted(TableAssembler assembler, Dataset<Row> rows) {
        return vectors(assembler.fit(rows), rows);
    }

    static List<double[]> vectors(TableAssemblerModel model, Dataset<Row> rows) {
        return model.transform(rows).select(model.getOutputCol()).collectAsList().stream()
                .map(row -> row.<Vector>getAs(0).toArray())
                .toList();
    }

    /** First entries of the vectors. */
    static double[] firsts(List<double[]> vectors) {
        return vectors.stream().mapToDouble(vector -> vector[0]).toArray();
    }
}
