package org.sparkmlext.jobs;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.table.TableOptions;
import picocli.CommandLine.Option;

/** {@link TableOptions} on the command line, shared by the subcommands. */
final class TableArguments extends FileArguments {

    @Option(names = "--label", description = "Label column: its name, its 0-based position, or 'last'.")
    @Nullable
    String label;

    @Option(
            names = "--label-mapping",
            description = "VALUE=CLASS, such as yes=1, for a label that is no class 0, 1, ...; may be repeated.")
    @Nullable
    List<String> labelMapping;

    @Option(
            names = "--positive-label",
            description = "The label value that means 1, where the column has exactly two values.")
    @Nullable
    String positiveLabel;

    @Option(names = "--weight", description = "Column of row weights.")
    @Nullable
    String weight;

    @Option(names = "--base-margin", description = "Column of raw scores that training starts from and scoring adds.")
    @Nullable
    String baseMargin;

    @Option(
            names = "--features",
            description =
                    "Column to train on, in place of plain columns: of vectors; for cnn-... of images (files, their paths,"
                            + " pixels), for lstm-... of sequences.")
    @Nullable
    String features;

    @Option(names = "--time", description = "For lstm-...: column of times, where each row is an event of a series.")
    @Nullable
    String time;

    @Option(
            names = "--entity",
            description = "Column that says which series an event belongs to (default: the table is one series).")
    @Nullable
    String entity;

    @Option(
            names = "--target",
            split = ",",
            description = "Numeric columns of events that lstm-regressor foretells (default: the label).")
    @Nullable
    List<String> target;

    @Option(names = "--ignore", split = ",", description = "Columns that are no features, such as ids.")
    @Nullable
    List<String> ignore;

    /** These options as given. */
    TableOptions options() {
        TableOptions options = filled(new TableOptions(CommandLineNames.NAMES));
        options.label = label;
        options.labelMapping = labelMapping;
        options.positiveLabel = positiveLabel;
        options.weight = weight;
        options.baseMargin = baseMargin;
        options.features = features;
        options.time = time;
        options.entity = entity;
        options.target = target;
        options.ignore = ignore;
        return options;
    }
}
