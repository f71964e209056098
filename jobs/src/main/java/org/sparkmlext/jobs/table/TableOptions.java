package org.sparkmlext.jobs.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.BadInputException;
import picocli.CommandLine.Option;

/** How a table is to be read: options shared by the subcommands. What is not given comes from the model's own table. */
public final class TableOptions {

    @Option(names = "--format", description = "csv, parquet or libsvm; without it the file name's ending decides.")
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

    @Option(names = "--label", description = "Label column: its name, its 0-based position, or 'last'.")
    public @Nullable String label;

    @Option(names = "--label-mapping", description = "VALUE=CLASS, such as yes=1, for a label that is no class 0, 1, ...; may be repeated.")
    public @Nullable List<String> labelMapping;

    @Option(
            names = "--positive-label",
            description = "The label value that means 1, where the column has exactly two values.")
    public @Nullable String positiveLabel;

    @Option(names = "--weight", description = "Column of row weights.")
    public @Nullable String weight;

    @Option(names = "--features", description = "Vector column to train on, in place of plain columns.")
    public @Nullable String features;

    @Option(names = "--ignore", split = ",", description = "Columns that are no features, such as ids.")
    public @Nullable List<String> ignore;

    /** The format asked for, or the one the path's ending tells. */
    TableFormat formatOf(String path) {
        return format != null ? format : TableFormat.ofPath(path);
    }

    /** Whether a table of this format says nothing of its label. */
    public boolean formatIsUnlabelled(String path) {
        return formatOf(path) != TableFormat.LIBSVM;
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

    List<String> ignoreOrNone() {
        return ignore == null ? List.of() : ignore;
    }

    /**
     * The label mapping as a map in the order given, empty if none was.
     *
     * @throws BadInputException if an entry does not end in a class, such as {@code =1}
     */
    Map<String, Double> mapping() {
        Map<String, Double> mapping = new LinkedHashMap<>();
        for (String entry : labelMapping == null ? new ArrayList<String>() : labelMapping) {
            // Split at the last sign: label values such as <=50K contain one.
            int at = entry.lastIndexOf('=');
            String value = at < 0 ? "" : entry.substring(at + 1).strip();
            if (!value.matches("\\d{1,7}(\\.0)?")) {
                throw new BadInputException("--label-mapping '" + entry + "': want VALUE=CLASS with a class 0, 1, ...");
            }
            mapping.put(entry.substring(0, at), Double.valueOf(value));
        }
        return mapping;
    }
}
