package org.sparkmlext.jobs.table;

import java.util.Locale;
import java.util.Optional;
import org.sparkmlext.jobs.BadInputException;

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
     * The format a path's ending tells ({@code .csv .tsv .txt .data .parquet .libsvm .svm}, each also with {@code .gz}).
     *
     * @throws BadInputException if it tells none
     */
    public static TableFormat ofPath(String path) {
        return ofEnding(path)
                .orElseThrow(
                        () -> new BadInputException(
                                "cannot tell the format of '" + path
                                        + "' from its name; give --format csv, parquet, libsvm or images (key 'format' in a job file)"));
    }

    /** The same, empty where the ending tells none. */
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
