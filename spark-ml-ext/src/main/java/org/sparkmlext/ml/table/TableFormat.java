package org.sparkmlext.ml.table;

import java.util.Locale;
import java.util.Optional;

/** Forms of tables. */
public enum TableFormat {
    CSV,
    PARQUET,
    LIBSVM,
    /** A folder of image files, one folder in it a class. */
    IMAGES;

    /** Column of an {@link #IMAGES} folder: where a file is. */
    public static final String PATH = "path";

    /** Column of an {@link #IMAGES} folder: name of the class's folder. */
    public static final String CLASS_NAME = "className";

    /**
     * The format a path's ending tells ({@code .csv .tsv .txt .data .parquet .libsvm .svm}, each also with {@code .gz}); empty where it
     * tells none.
     */
    static Optional<TableFormat> ofEnding(String path) {
        String name = path.toLowerCase(Locale.ROOT).replaceFirst("/+$", "").replaceFirst("\\.(gz|bz2)$", "");
        if (name.endsWith(".parquet")) {
            return Optional.of(PARQUET);
        }
        if (name.endsWith(".libsvm") || name.endsWith(".svm")) {
            return Optional.of(LIBSVM);
        }
        if (name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt") || name.endsWith(".data")) {
            return Optional.of(CSV);
        }
        return Optional.empty();
    }
}
