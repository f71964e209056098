package org.sparkmlext.ml.table;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;

/** How a file is cut into columns. What is not given is null. */
public class FileOptions {
    /** How these options are spelled where they were given. */
    public final OptionNames names;

    /** Form of the table; else the path's ending decides. */
    public @Nullable TableFormat format;

    /** CSV: whether the first line names the columns, as it does unless said otherwise. */
    public @Nullable Boolean header;

    /** CSV: field separator; else a comma, or a tab where the path ends so. {@code \t} is understood. */
    public @Nullable String separator;

    /** Texts that mean a missing value; an empty field always does. */
    public @Nullable List<String> missing;

    /** CSV without header: names of all columns, in order. */
    public @Nullable List<String> columns;

    public FileOptions(OptionNames names) {
        this.names = names;
    }

    /**
     * The format asked for, or the one the path's ending tells.
     *
     * @throws BadInputException if neither tells one
     */
    TableFormat formatOf(String path) {
        if (format != null) {
            return format;
        }
        return TableFormat.ofEnding(path)
                .orElseThrow(() -> new BadInputException("cannot tell the format of '" + path + "' from its name; give "
                        + names.with("format", "csv, parquet, libsvm or images")));
    }

    /** The same; of images a name without a telling ending is that of a folder. */
    TableFormat formatOf(String path, FeatureKind kind) {
        return format == null && kind == FeatureKind.IMAGES
                ? TableFormat.ofEnding(path).orElse(TableFormat.IMAGES)
                : formatOf(path);
    }

    String separatorOf(String path) {
        if (separator == null) {
            return path.replaceFirst("\\.gz$", "").endsWith(".tsv") ? "\t" : ",";
        }
        return separator.replace("\\t", "\t");
    }

    List<String> missingOrNone() {
        return missing == null ? List.of() : missing;
    }
}
