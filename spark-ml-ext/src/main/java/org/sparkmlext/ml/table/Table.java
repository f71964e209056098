package org.sparkmlext.ml.table;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A table ready to train on: features by their names (numbers and strings), label as double.
 *
 * @param rows features, label and, where there is one, weight
 * @param layout how it was read
 */
public record Table(Dataset<Row> rows, TableLayout layout) {}
