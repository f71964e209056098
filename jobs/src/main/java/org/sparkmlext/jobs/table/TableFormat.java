package org.sparkmlext.jobs.table;

import java.util.Locale;
import org.sparkmlext.jobs.BadInputException;

/** File formats of tables. */
public enum TableFormat {
    CSV,
    PARQUET,
    LIBSVM;

    /**
     * The format a path's ending tells ({@code .csv .tsv .txt .data .parquet .libsvm .svm}, each also with {@code .gz}).
     *
     * @throws BadInputException if it tells none
     */
    public static TableFormat ofPath(String path) {
        String name = path.toLowerCase(Locale.ROOT).replaceFirst("/+$", "").replaceFirst("\\.(gz|bz2)$", "");
        if (name.endsWith(".parquet")) {
            return PARQUET;
        }
        if (name.endsWith(".libsvm") || name.endsWith(".svm")) {
            return LIBSVM;
        }
        if (name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt") || name.endsWith(".data")) {
            return CSV;
        }
        throw new BadInputException("cannot tell the format of '" + path
                + "' from its name; give --format csv, parquet or" + " libsvm (key 'format' in a job file)");
    }
}
