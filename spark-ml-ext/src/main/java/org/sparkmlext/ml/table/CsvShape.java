package org.sparkmlext.ml.table;

import java.util.List;

/**
 * How a CSV file is cut into fields.
 *
 * @param header whether the first line names the columns
 * @param separator between fields
 * @param missing texts that mean a missing value
 * @param columns names of all columns where there is no header; empty = _c0, _c1, ...
 */
record CsvShape(boolean header, String separator, List<String> missing, List<String> columns) {

    static CsvShape of(String path, FileOptions options) {
        return new CsvShape(
                options.header == null || options.header,
                options.separatorOf(path),
                options.missingOrNone(),
                options.columns == null ? List.of() : options.columns);
    }

    static CsvShape of(TableLayout layout) {
        return new CsvShape(layout.header(), layout.separator(), layout.missing(), layout.columns());
    }
}
