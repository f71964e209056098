package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.sql.Row;

/** What one pass over a table keeps: of rows that hold the numbers, as doubles that are NaN where missing, then the categories as texts. */
final class TableSummary implements RowSummary<TableSummary> {
    private static final long serialVersionUID = 1L;

    private long rows;
    private final NumberSummary[] numbers;
    private final CategorySummary[] categories;

    TableSummary(List<NumberSummary> numbers, int categories) {
        this.numbers = numbers.toArray(NumberSummary[]::new);
        this.categories = new CategorySummary[categories];
        for (int c = 0; c < categories; c++) {
            this.categories[c] = new CategorySummary();
        }
    }

    @Override
    public void add(Row row) {
        rows++;
        for (int n = 0; n < numbers.length; n++) {
            numbers[n].add(row.getDouble(n));
        }
        for (int c = 0; c < categories.length; c++) {
            int at = numbers.length + c;
            categories[c].add(row.isNullAt(at) ? null : row.getString(at));
        }
    }

    @Override
    public void merge(TableSummary other) {
        rows += other.rows;
        for (int n = 0; n < numbers.length; n++) {
            numbers[n].merge(other.numbers[n]);
        }
        for (int c = 0; c < categories.length; c++) {
            categories[c].merge(other.categories[c]);
        }
    }

    long rows() {
        return rows;
    }

    NumberSummary number(int n) {
        return numbers[n];
    }

    CategorySummary category(int c) {
        return categories[c];
    }
}
