package org.sparkmlext.jobs.notebook;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** What Zeppelin binds as {@code z}, as far as our notebooks need it: tables shown. */
public final class NotebookContext {

    /** As many rows of a result as Zeppelin shows by default. */
    static final int MOST_ROWS = 1000;

    private static final double EXACT_LIMIT = 1e15;

    private final PrintStream out;

    NotebookContext(PrintStream out) {
        this.out = out;
    }

    /** Shows the first 1,000 rows of a table. */
    public void show(Dataset<?> table) {
        show(table, MOST_ROWS);
    }

    /** Shows the first rows of a table. */
    public void show(Dataset<?> table, int rows) {
        Output.Table result = tableOf(table, rows);
        out.println("%table " + String.join("\t", result.columns()));
        result.rows().forEach(row -> out.println(String.join("\t", row)));
        out.println("%text ");
    }

    /** The first rows of a table as texts. */
    static Output.Table tableOf(Dataset<?> table, int rows) {
        Dataset<Row> frame = table.toDF();
        List<List<String>> cells = new ArrayList<>();
        for (Row row : frame.takeAsList(rows)) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                texts.add(text(row.get(i)));
            }
            cells.add(texts);
        }
        return new Output.Table(List.of(frame.columns()), cells);
    }

    /** A cell; tabs and ends of lines would end it. */
    private static String text(@Nullable Object value) {
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < EXACT_LIMIT) {
            return String.format(Locale.ROOT, "%.1f", number);
        }
        return Objects.toString(value, "null").replaceAll("[\\t\\r\\n]+", " ");
    }
}
