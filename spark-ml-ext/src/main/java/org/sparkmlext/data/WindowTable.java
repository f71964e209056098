package org.sparkmlext.data;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.TableColumns.DeclaredClasses;

/**
 * A table of events whose rows, to a network, are windows over its series.
 *
 * <p>A window is for training where none of its steps and none of its targets is flagged by {@link SeriesColumns#validationIndicatorCol}, for
 * validation where all its targets are: what it looks back on may have been trained on, what it is to find has not. Windows on the border
 * belong to neither and are left out, as are those with a target that was filled in, which nobody has seen. A window weighs what its last
 * step does ({@link SeriesColumns#weightCol}), not its targets.
 *
 * @param series the series; its channels are those of the plan
 * @param plan where windows lie; it has targets; without a length a series is one window
 * @param labelKind {@link TableColumns.LabelKind#REALS} for numbers, {@link TableColumns.LabelKind#CLASS_INDEX} for classes, of which the
 *     plan has one target and no horizon
 * @param declaredClasses the number of classes there must be, or null where any is right; see {@link TableColumns}
 * @param shortSeries what to do with series too short for one window
 */
public record WindowTable(
        SeriesTable series,
        WindowPlan plan,
        TableColumns.LabelKind labelKind,
        @Nullable DeclaredClasses declaredClasses,
        ShortSeries shortSeries)
        implements Serializable {

    /** What to do with a series of fewer steps than a window and its targets. */
    public enum ShortSeries {
        /** It is an error. */
        ERROR,
        /** It is left out. */
        SKIP,
        /** It is one window of the steps there are before its targets. */
        PAD
    }

    public WindowTable {
        boolean isClass = labelKind == TableColumns.LabelKind.CLASS_INDEX;
        if (!isClass && labelKind != TableColumns.LabelKind.REALS) {
            throw new IllegalArgumentException("labels of windows are of kind " + labelKind + "; allowed: "
                    + TableColumns.LabelKind.REALS + ", " + TableColumns.LabelKind.CLASS_INDEX);
        }
        if (plan.numTargets() == 0 || isClass && plan.numTargets() > 1) {
            throw new IllegalArgumentException(
                    plan + " for labels of kind " + labelKind + "; windows have targets, for classes one target");
        }
        if (plan.horizon() > 0 && isClass) {
            throw new IllegalArgumentException(
                    "horizon is " + plan.horizon() + " for classes, which belong to a window's last step; set it to 0");
        }
        int channels = series.columns().channels().size();
        if (channels < plan.minChannels()) {
            throw new IllegalArgumentException(plan + " on series of " + channels + " channels");
        }
    }

    /** Reads the steps of one partition of {@link SeriesTable#sorted}. */
    public BlockScan read(SeriesReader steps) {
        return new WindowScan(this, steps);
    }

    /** Columns of the features and the label, as a table has them. */
    public TableColumns columns() {
        List<String> channels = series.columns().channels();
        return new TableColumns(
                null,
                channels.subList(0, plan.numInputs()),
                List.of(),
                channels.get(plan.targetChannels().get(0)),
                labelKind,
                series.columns().weightCol(),
                series.columns().validationIndicatorCol(),
                null,
                labelKind == TableColumns.LabelKind.REALS ? plan.numTargets() : 0,
                declaredClasses,
                Float.NaN,
                false);
    }

    /** Why nobody can learn from this table; empty if all is well. */
    public Optional<String> problem(TableCounts counts) {
        Optional<String> fault = counts.series().fault();
        if (fault.isPresent()) {
            return fault;
        }
        if (counts.series().number() == 0) {
            return Optional.of("the table of events is empty; training needs events of at least one window");
        }
        if (counts.rows() == 0 && counts.series().windowsLeftOut() == 0) {
            return Optional.of("no series has the " + plan.span() + " steps that a window needs, " + plan.length()
                    + " of windowLength and " + plan.horizon() + " of horizon; there are "
                    + counts.series().number()
                    + " series, the longest of " + counts.series().longest()
                    + " steps. "
                    + (shortSeries == ShortSeries.PAD
                            ? "Lower horizon: none has a step before it."
                            : "Lower windowLength or horizon, or set shortSeries to pad."));
        }
        if (counts.trainingRows() == 0) {
            SeriesCounts found = counts.series();
            String flag = series.columns().validationIndicatorCol();
            return Optional.of("no window is left to learn from: of " + (counts.rows() + found.windowsLeftOut())
                    + " windows " + counts.validationRows() + " are for validation"
                    + (flag == null
                            ? ""
                            : ", " + (found.windowsLeftOut() - found.windowsWithFilledTarget())
                                    + " have steps that validation indicator column '" + flag
                                    + "' flags and targets that it does not")
                    + ", " + found.windowsWithFilledTarget() + " have a target that was filled in");
        }
        return counts.problem(columns());
    }
}
