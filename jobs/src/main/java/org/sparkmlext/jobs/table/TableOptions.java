package org.sparkmlext.jobs.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.BadInputException;
import picocli.CommandLine.Option;

/** How a table is to be read: options shared by the subcommands. What is not given comes from the model's own table. */
public final class TableOptions extends FileOptions {

    @Option(names = "--label", description = "Label column: its name, its 0-based position, or 'last'.")
    public @Nullable String label;

    @Option(
            names = "--label-mapping",
            description = "VALUE=CLASS, such as yes=1, for a label that is no class 0, 1, ...; may be repeated.")
    public @Nullable List<String> labelMapping;

    @Option(
            names = "--positive-label",
            description = "The label value that means 1, where the column has exactly two values.")
    public @Nullable String positiveLabel;

    @Option(names = "--weight", description = "Column of row weights.")
    public @Nullable String weight;

    @Option(names = "--base-margin", description = "Column of raw scores that training starts from and scoring adds.")
    public @Nullable String baseMargin;

    @Option(
            names = "--features",
            description =
                    "Column to train on, in place of plain columns: of vectors; for cnn-... of images (files, their paths,"
                            + " pixels), for lstm-... of sequences.")
    public @Nullable String features;

    @Option(names = "--time", description = "For lstm-...: column of times, where each row is an event of a series.")
    public @Nullable String time;

    @Option(
            names = "--entity",
            description = "Column that says which series an event belongs to (default: the table is one series).")
    public @Nullable String entity;

    @Option(
            names = "--target",
            split = ",",
            description = "Numeric columns of events that lstm-regressor foretells (default: the label).")
    public @Nullable List<String> target;

    @Option(names = "--ignore", split = ",", description = "Columns that are no features, such as ids.")
    public @Nullable List<String> ignore;

    /** Whether a table of this format says nothing of its label. */
    public boolean formatIsUnlabelled(String path) {
        return formatOf(path) != TableFormat.LIBSVM;
    }

    /**
     * Refuses what says that rows are events.
     *
     * @param what that has no use for them
     */
    public void refuseEvents(String what) {
        refuse("--time", time, what);
        refuse("--entity", entity, what);
        refuse("--target", target, what);
    }

    /** Refuses raw scores to start from; parameter as in the other method. */
    public void refuseBaseMargin(String what) {
        refuse("--base-margin", baseMargin, what);
    }

    private static void refuse(String option, @Nullable Object value, String what) {
        if (value != null) {
            throw new BadInputException(option + " says nothing to " + what + "; leave it out");
        }
    }

    List<String> targetsOrNone() {
        return target == null ? List.of() : target;
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
