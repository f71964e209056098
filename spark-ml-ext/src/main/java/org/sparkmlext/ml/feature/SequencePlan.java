package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SequenceShape;
import org.sparkmlext.data.SeriesTable;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.ml.stage.EventColumns;
import org.sparkmlext.ml.stage.FeatureColumns;

/**
 * What a {@link SequenceAssembler} is to do with a table: its Params, checked against the schema. Channels are inputs, columns of lags,
 * targets, each once.
 *
 * @param table the events as series
 * @param windows how windows lie in a series
 * @param features of a step, inputs first, then lags
 * @param lags largest of the lags, 0 where there are none
 * @param cuts where parts begin, ascending; empty where nothing is split by time
 * @param parts names of the parts, one more than cuts, or none
 * @param shortSeries what to do with a series too short for a window
 * @param padsToEnd whether zeros fill a window of fewer steps
 * @param hasFilled whether windows say which steps were filled in
 * @param output the columns of a window
 */
record SequencePlan(
        SeriesTable table,
        WindowPlan windows,
        List<Feature> features,
        int lags,
        List<Long> cuts,
        List<String> parts,
        String shortSeries,
        boolean padsToEnd,
        boolean hasFilled,
        StructType output)
        implements Serializable {

    /** A feature of a step: a channel, so many steps earlier. */
    record Feature(int channel, int lag) implements Serializable {}

    /**
     * Checks a stage's Params against a schema.
     *
     * @param needsFlag whether the validation indicator must be there; else its absence means that nothing is flagged
     * @throws IllegalArgumentException if they do not fit it or each other
     */
    static SequencePlan of(SequenceAssemblerParams stage, StructType schema, ZoneId zone, boolean needsFlag) {
        if (!stage.isDefined(stage.inputCols())) {
            throw new IllegalArgumentException("inputCols is not set; a window needs the columns of its features");
        }
        List<String> inputs = List.of(stage.getInputCols());
        List<String> lagged = lagged(stage);
        List<String> targets = stage.isDefined(stage.targetCols()) ? List.of(stage.getTargetCols()) : List.of();
        List<String> others = new ArrayList<>(lagged);
        others.addAll(targets);
        boolean hasFlag = stage.isDefined(stage.validationIndicatorCol())
                && (needsFlag
                        || Arrays.stream(schema.fieldNames())
                                .anyMatch(stage.getValidationIndicatorCol()::equalsIgnoreCase));
        SeriesTable table = EventColumns.find(
                stage,
                schema,
                inputs,
                others,
                hasFlag ? stage.getValidationIndicatorCol() : null,
                null,
                stage.getHandleInvalid().equals(SequenceAssemblerParams.SKIP),
                zone);
        checkTargets(stage, inputs, targets);
        List<Feature> features = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String input : inputs) {
            features.add(new Feature(channel(table, schema, input), 0));
            names.add(input);
        }
        for (String column : lagged) {
            for (int lag : stage.getLags()) {
                features.add(new Feature(channel(table, schema, column), lag));
                names.add(column + "-lag-" + lag);
            }
        }
        WindowPlan windows = new WindowPlan(
                stage.getWindowLength(),
                stage.getStride(),
                stage.getHorizon(),
                inputs.size(),
                targets.stream().map(t -> channel(table, schema, t)).toList());
        List<Long> cuts = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        addCuts(stage, table, zone, cuts, parts);
        return new SequencePlan(
                table,
                windows,
                List.copyOf(features),
                lagged.isEmpty() ? 0 : Arrays.stream(stage.getLags()).max().orElse(0),
                List.copyOf(cuts),
                List.copyOf(parts),
                stage.getShortSeries(),
                stage.getPadding().equals(SequenceAssemblerParams.END),
                !stage.getFilledCol().isEmpty(),
                output(stage, schema, table, !targets.isEmpty(), !cuts.isEmpty(), names));
    }

    private static List<String> lagged(SequenceAssemblerParams stage) {
        boolean hasColumns = stage.isDefined(stage.lagCols());
        if (hasColumns != stage.getLags().length > 0) {
            throw new IllegalArgumentException(
                    hasColumns
                            ? "lagCols is set but lags is not; set how many steps earlier the columns are read"
                            : "lags is set but lagCols is not; set which columns are read earlier");
        }
        return hasColumns ? List.of(stage.getLagCols()) : List.of();
    }

    private static void checkTargets(SequenceAssemblerParams stage, List<String> inputs, List<String> targets) {
        if (targets.isEmpty() && stage.getHorizon() > 0) {
            throw new IllegalArgumentException(
                    "horizon is " + stage.getHorizon()
                            + " but targetCols is not set; set the columns to foretell, or horizon 0 for windows without targets");
        }
        for (String target : targets) {
            if (stage.getHorizon() == 0 && inputs.contains(target)) {
                throw new IllegalArgumentException("column '" + target
                        + "' is in inputCols and targetCols while horizon is 0: each window would hold its own target. Set"
                        + " horizon to at least 1, or take the column out of one; lagCols may hold it.");
            }
        }
    }

    private static int channel(SeriesTable table, StructType schema, String column) {
        return table.columns()
                .channels()
                .indexOf(FeatureColumns.find(schema, column, "inputCols").name());
    }

    private static void addCuts(
            SequenceAssemblerParams stage, SeriesTable table, ZoneId zone, List<Long> cuts, List<String> parts) {
        addCut("validationStart", stage.getValidationStart(), "validation", table, zone, cuts, parts);
        addCut("testStart", stage.getTestStart(), "test", table, zone, cuts, parts);
        if (cuts.size() == 2 && cuts.get(0) >= cuts.get(1)) {
            throw new IllegalArgumentException("validationStart is '" + stage.getValidationStart() + "' and testStart '"
                    + stage.getTestStart() + "'; the test part must begin after the validation part");
        }
        if (!cuts.isEmpty() && table.columns().validationIndicatorCol() != null) {
            throw new IllegalArgumentException("validationIndicatorCol is set and so is "
                    + (stage.getValidationStart().isEmpty() ? "testStart" : "validationStart")
                    + "; allowed: one way to split. Clear the other.");
        }
    }

    private static void addCut(
            String param,
            String text,
            String part,
            SeriesTable table,
            ZoneId zone,
            List<Long> cuts,
            List<String> parts) {
        if (text.isEmpty()) {
            return;
        }
        try {
            cuts.add(table.timeKind().parse(text, zone));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(param + " " + e.getMessage(), e);
        }
        if (parts.isEmpty()) {
            parts.add("training");
        }
        parts.add(part);
    }

    private static StructType output(
            SequenceAssemblerParams stage,
            StructType schema,
            SeriesTable table,
            boolean hasTargets,
            boolean hasParts,
            List<String> names) {
        StructType output = new StructType();
        String entity = table.columns().entityCol();
        if (entity != null) {
            output = output.add(plain(entity, schema));
        }
        output = output.add(plain(table.columns().timeCol(), schema));
        String flag = table.columns().validationIndicatorCol();
        if (flag != null) {
            output = output.add(plain(flag, schema));
        }
        if (hasParts) {
            output = FeatureColumns.append(
                    output, new StructField(stage.getPartCol(), DataTypes.StringType, true, none()));
        }
        output = FeatureColumns.append(
                output,
                new StructField(
                        stage.getSequenceCol(),
                        DataTypes.createArrayType(floats(), false),
                        true,
                        SequenceMetadata.of(new SequenceShape(stage.getWindowLength(), names.size()), names)));
        output = FeatureColumns.append(
                output, new StructField(stage.getLengthCol(), DataTypes.IntegerType, true, none()));
        if (hasTargets) {
            output = FeatureColumns.append(output, new StructField(stage.getLabelCol(), floats(), true, none()));
        }
        if (!stage.getFilledCol().isEmpty()) {
            var flags = DataTypes.createArrayType(DataTypes.BooleanType, false);
            output = FeatureColumns.append(output, new StructField(stage.getFilledCol(), flags, true, none()));
        }
        return output;
    }

    private static Metadata none() {
        return Metadata.empty();
    }

    private static ArrayType floats() {
        return DataTypes.createArrayType(DataTypes.FloatType, false);
    }

    private static StructField plain(String column, StructType schema) {
        return new StructField(column, schema.apply(column).dataType(), true, none());
    }

    /** Steps from the first that a window reads, for its lags, to its last target. */
    int span() {
        return Math.addExact(lags, windows.span());
    }

    /** Whether a step lies in the training part. */
    boolean isTraining(long time, boolean isFlagged) {
        return !isFlagged && (cuts.isEmpty() || time < cuts.get(0));
    }

    /** Which of the parts a time lies in; 0 where nothing is split by time. */
    int part(long time) {
        int part = 0;
        while (part < cuts.size() && time >= cuts.get(part)) {
            part++;
        }
        return part;
    }

    /** Columns whose statistics scale the features: inputs, then those of lags that are none. */
    List<String> scaledColumns() {
        int last = features.stream().mapToInt(Feature::channel).max().orElse(-1);
        return table.columns().channels().subList(0, last + 1);
    }

    @Nullable
    String entityCol() {
        return table.columns().entityCol();
    }
}
