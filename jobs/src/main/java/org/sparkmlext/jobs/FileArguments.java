package org.sparkmlext.jobs;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.table.FileOptions;
import org.sparkmlext.ml.table.TableFormat;
import picocli.CommandLine.Option;

/** {@link FileOptions} on the command line. */
class FileArguments {

    @Option(
            names = "--format",
            description =
                    "csv, parquet, libsvm or images (a folder of class folders); without it the name's ending decides.")
    @Nullable
    TableFormat format;

    @Option(
            names = "--header",
            negatable = true,
            description = "CSV: the first line names the columns (default). --no-header: they are called _c0, _c1, ...")
    @Nullable
    Boolean header;

    @Option(
            names = "--separator",
            description = "CSV: field separator (default: comma; tab for .tsv; \\t is understood).")
    @Nullable
    String separator;

    @Option(
            names = "--missing",
            description = "Text that means a missing value, such as '?'; may be repeated. An empty field always does.")
    @Nullable
    List<String> missing;

    @Option(names = "--columns", split = ",", description = "CSV without header: names of all columns, in order.")
    @Nullable
    List<String> columns;

    /** These options as given. */
    FileOptions fileOptions() {
        return filled(new FileOptions(CommandLineNames.NAMES));
    }

    final <O extends FileOptions> O filled(O options) {
        options.format = format;
        options.header = header;
        options.separator = separator;
        options.missing = missing;
        options.columns = columns;
        return options;
    }
}
