package org.sparkmlext.jobs.table;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a file is cut into columns: options shared by the subcommands. */
public class FileOptions {

    @Option(
            names = "--format",
            description =
                    "csv, parquet, libsvm or images (a folder of class folders); without it the name's ending decides.")
    public @Nullable TableFormat format;

    @Option(
            names = "--header",
            negatable = true,
            description = "CSV: the first line names the columns (default). --no-header: they are called _c0, _c1, ...")
    public @Nullable Boolean header;

    @Option(
            names = "--separator",
            description = "CSV: field separator (default: comma; tab for .tsv; \\t is understood).")
    public @Nullable String separator;

    @Option(
            names = "--missing",
            description = "Text that means a missing value, such as '?'; may be repeated. An empty field always does.")
    public @Nullable List<String> missing;

    @Option(names = "--columns", split = ",", description = "CSV without header: names of all columns, in order.")
    public @Nullable List<String> columns;

    /** The format asked for, or the one the path's ending tells. */
    TableFormat formatOf(String path) {
        return format != null ? format : TableFormat.ofPath(path);
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
