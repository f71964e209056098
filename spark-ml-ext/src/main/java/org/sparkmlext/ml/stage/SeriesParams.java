package org.sparkmlext.ml.stage;

import java.util.List;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/** How a table of events becomes series, and series windows; what stages that read events share. */
public interface SeriesParams extends Params {

    String ERROR = "error";
    String LAST = "last";
    String SPLIT = "split";
    String FILL = "fill";
    String SKIP = "skip";
    String PAD = "pad";

    default Param<String> entityCol() {
        return CheckedParams.ofText(
                this,
                "entityCol",
                "column that says whose event a row is: string, whole number, boolean, date or timestamp; each entity has a"
                        + " series of its own; empty = the table is one series (text; default empty)");
    }

    default String getEntityCol() {
        return getOrDefault(entityCol());
    }

    default Param<String> timeCol() {
        return CheckedParams.ofText(
                this,
                "timeCol",
                "column by which the events of an entity are ordered: timestamp (compared as moments in UTC), timestamp_ntz,"
                        + " date or a whole number (text; default empty)");
    }

    default String getTimeCol() {
        return getOrDefault(timeCol());
    }

    default StringArrayParam targetCols() {
        return CheckedParams.ofColumns(
                this,
                "targetCols",
                "numeric, decimal or boolean columns to foretell: their values in the horizon steps after a window, or in its"
                        + " last step where horizon is 0 (default: undefined)");
    }

    default String[] getTargetCols() {
        return getOrDefault(targetCols());
    }

    default IntParam windowLength() {
        return CheckedParams.ofInt(
                this, "windowLength", "steps of a window", "1 to 1000000", 24, v -> v >= 1 && v <= 1_000_000);
    }

    default int getWindowLength() {
        return (int) getOrDefault(windowLength());
    }

    default IntParam horizon() {
        return CheckedParams.ofInt(
                this,
                "horizon",
                "steps right after a window whose targets belong to it; 0 = the targets of its last step",
                "0 to 1000000",
                0,
                v -> v >= 0 && v <= 1_000_000);
    }

    default int getHorizon() {
        return (int) getOrDefault(horizon());
    }

    default IntParam stride() {
        return CheckedParams.ofInt(
                this,
                "stride",
                "steps from the beginning of a window to that of the next one of the series",
                ">= 1",
                1,
                v -> v >= 1);
    }

    default int getStride() {
        return (int) getOrDefault(stride());
    }

    default Param<String> frequency() {
        return CheckedParams.ofText(
                this,
                "frequency",
                "how the steps of a series follow each other, such as 15 minutes, 1 hour, 1 day, 1 month; days and months by"
                        + " the calendar in the session's time zone; a bare number where times are whole numbers; empty = any"
                        + " two times may follow each other, and there are no gaps (text; default empty)");
    }

    default String getFrequency() {
        return getOrDefault(frequency());
    }

    default Param<String> gaps() {
        return CheckedParams.ofChoice(
                this,
                "gaps",
                "what to do where events are missing by frequency; error = fail and name entity and times, split = no window"
                        + " spans the gap, fill = put in steps with the values of the one before",
                ERROR,
                List.of(ERROR, SPLIT, FILL));
    }

    default String getGaps() {
        return getOrDefault(gaps());
    }

    default Param<String> duplicates() {
        return CheckedParams.ofChoice(
                this,
                "duplicates",
                "what to do with several events of one entity and time; error = fail and name them, last = the one with the"
                        + " largest values counts, by the first of inputCols, then by the second and so on, because rows of a table"
                        + " have no order",
                ERROR,
                List.of(ERROR, LAST));
    }

    default String getDuplicates() {
        return getOrDefault(duplicates());
    }

    default Param<String> shortSeries() {
        return CheckedParams.ofChoice(
                this,
                "shortSeries",
                "what to do with a series of fewer steps than windowLength and horizon; error = fail and name it, skip = leave"
                        + " it out, pad = one window of the steps there are before the horizon",
                ERROR,
                List.of(ERROR, SKIP, PAD));
    }

    default String getShortSeries() {
        return getOrDefault(shortSeries());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(SeriesParams stage) {
        stage.setDefault(stage.entityCol(), "");
        stage.setDefault(stage.timeCol(), "");
        stage.setDefault(stage.windowLength(), 24);
        stage.setDefault(stage.horizon(), 0);
        stage.setDefault(stage.stride(), 1);
        stage.setDefault(stage.frequency(), "");
        stage.setDefault(stage.gaps(), ERROR);
        stage.setDefault(stage.duplicates(), ERROR);
        stage.setDefault(stage.shortSeries(), ERROR);
    }
}
