package org.sparkmlext.ml.neural;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.SeriesTable;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.data.WindowTable;
import org.sparkmlext.ml.stage.EventColumns;
import org.sparkmlext.ml.stage.FeatureColumns;
import org.sparkmlext.ml.stage.SeriesParams;
import org.sparkmlext.ml.stage.TrainingTarget;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.Presets;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.runtime.DistributedTrainer;

/** Tables of events that a network for sequences reads: rows that are single steps, which {@code timeCol} puts in order. */
record NetworkEvents(LstmParams stage) {

    /** The column of {@link #sorted} that has a whole event. */
    private static final String EVENT = "series_event";

    /** Steps that no series in memory has. */
    private static final int LONGER_THAN_ANY = 1 << 30;

    /** What a stage's Params say of events; empty where it reads whole sequences. */
    static Optional<NetworkEvents> of(NetworkParams stage) {
        return stage instanceof LstmParams lstm && !lstm.getTimeCol().isEmpty()
                ? Optional.of(new NetworkEvents(lstm))
                : Optional.empty();
    }

    /** Features of a step. */
    List<String> inputs() {
        return stage.isSet(stage.inputCols()) ? Arrays.asList(stage.getInputCols()) : List.of();
    }

    /** Columns that are foretold; without targetCols the label. */
    List<String> targets() {
        return stage.isSet(stage.targetCols())
                ? Arrays.asList(stage.getTargetCols())
                : List.of((String) stage.getOrDefault(stage.getParam("labelCol")));
    }

    /** Targets of a window. */
    int numTargets() {
        return targets().size() * Math.max(1, stage.getHorizon());
    }

    /**
     * Checks the Params that say where rows come from against each other.
     *
     * @throws IllegalArgumentException if they contradict each other; the message says how
     */
    static void check(LstmParams stage, NetworkColumn rows) {
        Optional<NetworkEvents> events = of(stage);
        if (events.isPresent()) {
            events.get().checkParams();
        } else {
            rows.requireNoInputCols();
            requireNone(stage);
        }
    }

    private void checkParams() {
        for (String other : List.of("sequenceCol", "featuresCol")) {
            if (stage.isSet(stage.getParam(other))) {
                throw new IllegalArgumentException("both timeCol ('" + stage.getTimeCol() + "') and " + other + " ('"
                        + stage.getOrDefault(stage.getParam(other))
                        + "') are set; events have inputCols. Clear one of the two.");
            }
        }
        if (inputs().isEmpty()) {
            throw new IllegalArgumentException("timeCol is set ('" + stage.getTimeCol()
                    + "'), but inputCols is not; set it to the columns that are the features of a step");
        }
        if (stage.getHorizon() > 0 && stage.getWindowLength() == 0) {
            throw new IllegalArgumentException("horizon is " + stage.getHorizon()
                    + " and windowLength 0, but a whole series has nothing after it; set windowLength to the steps that a "
                    + "forecast is made from");
        }
    }

    /** Params of events say nothing where none are read. */
    private static void requireNone(LstmParams stage) {
        for (String other : List.of("entityCol", "targetCols", "horizon", "stride", "frequency")) {
            if (stage.isSet(stage.getParam(other))) {
                throw new IllegalArgumentException(
                        other + " is set, but timeCol is not; set timeCol to read rows that are events, or clear("
                                + other + ")");
            }
        }
    }

    /**
     * The network on windows of the inputs.
     *
     * @throws IllegalArgumentException if it is unknown or faulty, or its input does not fit Params; the message has both
     */
    Architecture architecture() {
        int window = stage.getWindowLength();
        int features = inputs().size();
        if (new NetworkPlan(stage).isPreset()) {
            return Presets.named(stage.getNetwork(), new SequenceInput(window, features, false));
        }
        Architecture network = SequenceNetworks.withWindow(stage);
        if (network.input().rowLength() % features != 0
                || !(network.input() instanceof SequenceInput input)
                || input.features() != features) {
            throw new IllegalArgumentException(
                    "inputCols is " + inputs() + ", " + features + " features a step, but the network takes a "
                            + network.input().describe());
        }
        return network;
    }

    /**
     * The same for forecasts of the targets, with its last layer; faults as in the other method.
     *
     * @param outputs of each target and step
     */
    Architecture forecasting(int outputs) {
        List<String> channels = new ArrayList<>(inputs());
        targets().stream().filter(target -> !channels.contains(target)).forEach(channels::add);
        return architecture()
                .withForecast(
                        Math.max(1, stage.getHorizon()),
                        targets().stream().map(channels::indexOf).toList(),
                        outputs);
    }

    /**
     * The windows to train on; faults as of {@link EventColumns#find}.
     *
     * @param targets columns to foretell
     * @param horizon see {@link WindowPlan}
     * @param target what they may be
     * @param weight column of what events weigh, or null
     */
    WindowTable windows(
            StructType schema,
            List<String> targets,
            int horizon,
            TrainingTarget target,
            @Nullable String weight,
            ZoneId zone) {
        String validation = FeatureColumns.named(stage, stage.validationIndicatorCol());
        SeriesTable series = EventColumns.find(stage, schema, inputs(), targets, validation, weight, false, zone);
        List<String> channels = series.columns().channels();
        List<Integer> foretold = targets.stream()
                .map(name -> channels.indexOf(
                        FeatureColumns.find(schema, name, "targetCols").name()))
                .toList();
        for (int t = 0; horizon == 0 && t < foretold.size(); t++) {
            if (foretold.get(t) < inputs().size()) {
                throw new IllegalArgumentException("column '" + targets.get(t)
                        + "' is in inputCols and is also the label or target of a window's last step (horizon 0): each window "
                        + "would hold its own target. Take it out of inputCols, or foretell later steps with horizon.");
            }
        }
        boolean isWhole = stage.getWindowLength() == 0;
        // A series is one window of all its steps where it is shorter than a window and padded.
        return new WindowTable(
                series,
                new WindowPlan(
                        isWhole ? LONGER_THAN_ANY : stage.getWindowLength(),
                        stage.getStride(),
                        horizon,
                        inputs().size(),
                        foretold),
                target.labelKind(),
                target.declaredClasses(),
                isWhole
                        ? WindowTable.ShortSeries.PAD
                        : WindowTable.ShortSeries.valueOf(stage.getShortSeries().toUpperCase(Locale.ROOT)));
    }

    /** The column that {@code weightCol} names; null where events weigh the same. */
    @Nullable
    String weight() {
        return FeatureColumns.named(stage, stage.weightCol());
    }

    /** Windows over the data's events. */
    TrainingData trainingData(Dataset<?> data, WindowTable windows) {
        return (algorithm, options, listener) -> DistributedTrainer.train(data, windows, algorithm, options, listener);
    }

    /** The series of a schema's columns for scoring; faults as of {@link EventColumns#find}. */
    SeriesTable scored(StructType schema, ZoneId zone) {
        return EventColumns.find(
                stage,
                schema,
                inputs(),
                List.of(),
                null,
                null,
                !stage.getHandleInvalid().equals(SeriesParams.ERROR),
                zone);
    }

    /** The events in order, each whole in the last column, see {@link SeriesTable#sorted}. */
    Dataset<Row> sorted(Dataset<?> data) {
        Column[] all = Arrays.stream(data.columns()).map(NetworkEvents::byName).toArray(Column[]::new);
        return scored(data.schema(), EventColumns.zone(data))
                .sorted(data, functions.struct(all).as(EVENT));
    }

    /** How {@link #sorted} events are scored. */
    SeriesSource source(Dataset<?> data, SequenceInput input) {
        boolean takesShort = input.hasLengths()
                && (stage.getWindowLength() == 0 || stage.getShortSeries().equals(SeriesParams.PAD));
        return new SeriesSource(
                scored(data.schema(), EventColumns.zone(data)),
                input.steps(),
                input.features(),
                takesShort ? 1 : input.steps(),
                stage.getHandleInvalid().equals(SeriesParams.SKIP));
    }

    /** A column by its very name, dots and all. */
    static Column byName(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }
}
