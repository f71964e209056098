package org.sparkmlext.ml.stage;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.Frequency;
import org.sparkmlext.data.SeriesColumns;
import org.sparkmlext.data.SeriesRules;
import org.sparkmlext.data.SeriesTable;
import org.sparkmlext.data.TimeKind;

/** Finds the columns of a table of events in a schema, by the Params of a stage. */
public final class EventColumns {

    private EventColumns() {}

    /**
     * The table of series that a stage's Params describe. Its channels are {@code inputs}, then of {@code others} those that are not
     * among the channels yet.
     *
     * @param inputs columns of the features of a step
     * @param others further columns that are read, such as targets; may repeat inputs
     * @param validation boolean column of events to validate on, or null
     * @param weight column of what events weigh, or null
     * @param skipsInvalid whether events with a null, NaN or infinite value are left out, else they are an error
     * @param zone the session's time zone, see {@link #zone}
     * @throws IllegalArgumentException if columns are missing, of a wrong type or in two roles, or {@code frequency} is none; names
     *     Param and column
     */
    public static SeriesTable find(
            SeriesParams stage,
            StructType schema,
            List<String> inputs,
            List<String> others,
            @Nullable String validation,
            @Nullable String weight,
            boolean skipsInvalid,
            ZoneId zone) {
        if (stage.getTimeCol().isEmpty()) {
            throw new IllegalArgumentException(
                    "timeCol is not set; events need a column by which they are ordered. Set timeCol.");
        }
        String time = name(schema, stage.getTimeCol(), "timeCol");
        String entity = stage.getEntityCol().isEmpty() ? null : name(schema, stage.getEntityCol(), "entityCol");
        Set<String> channels = new LinkedHashSet<>(names(schema, inputs, "inputCols"));
        channels.addAll(names(schema, others, "targetCols"));
        String flag = validation == null ? null : name(schema, validation, "validationIndicatorCol");
        String weighed = weight == null ? null : name(schema, weight, "weightCol");
        for (String role : new String[] {time, entity, flag, weighed}) {
            if (role != null && channels.contains(role)) {
                throw new IllegalArgumentException("column '" + role + "' is among inputCols or targetCols and is also "
                        + "the time, the entity, the weight or the validation indicator; allowed: one role a column. To use it as a "
                        + "feature, add a copy of another name.");
            }
        }
        TimeKind kind = SeriesTable.timeKind(schema.apply(time).dataType(), time);
        Frequency frequency = stage.getFrequency().isEmpty() ? null : Frequency.parse(stage.getFrequency(), kind);
        if (frequency == null && !stage.getGaps().equals(SeriesParams.ERROR)) {
            throw new IllegalArgumentException(
                    "gaps is '" + stage.getGaps()
                            + "' but frequency is not set: without it nobody knows what is missing. Set frequency, or clear gaps.");
        }
        SeriesRules rules = new SeriesRules(
                frequency,
                SeriesRules.Gaps.valueOf(stage.getGaps().toUpperCase(Locale.ROOT)),
                SeriesRules.Duplicates.valueOf(stage.getDuplicates().toUpperCase(Locale.ROOT)),
                skipsInvalid);
        return SeriesTable.of(
                schema, new SeriesColumns(entity, time, List.copyOf(channels), flag, weighed), rules, zone);
    }

    private static List<String> names(StructType schema, List<String> columns, String param) {
        List<String> names = new ArrayList<>();
        for (String column : columns) {
            names.add(name(schema, column, param));
        }
        return names;
    }

    private static String name(StructType schema, String column, String param) {
        return FeatureColumns.find(schema, column, param).name();
    }

    /** The time zone of the session that data belongs to. */
    public static ZoneId zone(Dataset<?> data) {
        String id = data.sparkSession().conf().get("spark.sql.session.timeZone");
        // The short ones, such as PST, are known to Spark too.
        return ZoneId.of(id, ZoneId.SHORT_IDS);
    }
}
