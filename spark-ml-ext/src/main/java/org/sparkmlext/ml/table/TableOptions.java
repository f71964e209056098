package org.sparkmlext.ml.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;

/** How a table is to be read. What is null is not given: it follows from the table, or from the one that a model was trained on. */
public final class TableOptions extends FileOptions {

    /** Label column: its name, its 0-based position, or {@code last}. */
    public @Nullable String label;

    /** Entries {@code VALUE=CLASS}, such as {@code yes=1}, for a label that is no class 0, 1, ... */
    public @Nullable List<String> labelMapping;

    /** The label value that means 1, where the column has exactly two values. */
    public @Nullable String positiveLabel;

    /** Column of row weights. */
    public @Nullable String weight;

    /** Column of raw scores that training starts from and scoring adds. */
    public @Nullable String baseMargin;

    /** Column to train on in place of plain columns: of vectors, images or sequences. */
    public @Nullable String features;

    /** Column of times, where each row is an event of a series. */
    public @Nullable String time;

    /** Column that says which series an event belongs to; without it the table is one series. */
    public @Nullable String entity;

    /** Numeric columns of events that are foretold; else the label is. */
    public @Nullable List<String> target;

    /** Columns that are no features, such as ids. */
    public @Nullable List<String> ignore;

    public TableOptions(OptionNames names) {
        super(names);
    }

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
        refuse("time", time, what);
        refuse("entity", entity, what);
        refuse("target", target, what);
    }

    /** Refuses raw scores to start from; parameter as in the other method. */
    public void refuseBaseMargin(String what) {
        refuse("baseMargin", baseMargin, what);
    }

    private void refuse(String option, @Nullable Object value, String what) {
        if (value != null) {
            throw new BadInputException(names.of(option) + " says nothing to " + what + "; leave it out");
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
                throw new BadInputException(
                        names.of("labelMapping") + " '" + entry + "': want VALUE=CLASS with a class 0, 1, ...");
            }
            mapping.put(entry.substring(0, at), Double.valueOf(value));
        }
        return mapping;
    }
}
