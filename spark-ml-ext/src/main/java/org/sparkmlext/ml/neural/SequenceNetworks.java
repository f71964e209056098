package org.sparkmlext.ml.neural;

import java.util.Optional;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.data.RowReader;
import org.sparkmlext.data.SequenceShape;
import org.sparkmlext.data.TableColumns;
import org.sparkmlext.ml.feature.SequenceMetadata;
import org.sparkmlext.net.Architecture;
import org.sparkmlext.net.Presets;
import org.sparkmlext.net.SequenceInput;
import org.sparkmlext.training.InvalidTrainingDataException;
import scala.collection.Seq;

/** Networks on a column of sequences. */
record SequenceNetworks(LstmParams stage, StructField column) {

    /** The layer that takes token ids, which nobody may standardise. */
    private static final String EMBEDDING = "embedding";

    /**
     * The network on rows of the column.
     *
     * @throws IllegalArgumentException if the network is unknown or faulty, or its input does not fit Params; the message has both
     */
    Architecture architecture(Dataset<?> data) {
        if (new NetworkPlan(stage).isPreset()) {
            return Presets.named(
                    stage.getNetwork(), new SequenceInput(stage.getWindowLength(), stepFeatures(data), false));
        }
        return withWindow(stage);
    }

    /** The network of JSON with as many steps as Params say; faults as in {@link #architecture}. */
    static Architecture withWindow(LstmParams stage) {
        Architecture network = Architecture.fromJson(stage.getNetwork());
        if (!(network.input() instanceof SequenceInput input)) {
            throw new IllegalArgumentException("the network's input is a "
                    + network.input().describe() + ", but rows are sequences; begin the network with "
                    + "Network.sequence(steps, features)");
        }
        requireNoIds(stage, network);
        int window = stage.getWindowLength();
        if (window == 0 || input.steps() == window) {
            return network;
        }
        if (!input.isOpen()) {
            throw new IllegalArgumentException("windowLength is " + window + ", but the network's input is a "
                    + input.describe() + "; set windowLength to " + input.steps()
                    + " or 0, or leave the network's steps open (0)");
        }
        return network.withInput(input.withSteps(window));
    }

    private static void requireNoIds(LstmParams stage, Architecture network) {
        boolean readsIds = network.steps().stream()
                .anyMatch(step ->
                        step.layer().kind().equals(EMBEDDING) && step.inputs().contains(Architecture.INPUT));
        if (readsIds && stage.getStandardization()) {
            throw new IllegalArgumentException("standardization is true, but the network's layer '" + EMBEDDING
                    + "' reads token ids, which mean nothing once they are standardised; set standardization to false");
        }
    }

    /** Features of a step. */
    private int stepFeatures(Dataset<?> data) {
        Optional<SequenceShape> shape = SequenceMetadata.shape(column);
        if (shape.isPresent()) {
            return shape.get().features();
        }
        boolean isFlat = RowReader.sequenceForm(column.dataType())
                .map(form -> !form.hasSteps())
                .orElse(true);
        return isFlat ? 1 : ofFirstRow(data);
    }

    /** Steps are arrays or vectors, whose size no type tells. */
    private int ofFirstRow(Dataset<?> data) {
        String quoted = "`" + column.name().replace("`", "``") + "`";
        Row first =
                (Row) data
                        .toDF()
                        .select(functions.col(quoted))
                        .where(functions.size(functions.col(quoted)).gt(0))
                        .takeAsList(1)
                        .stream()
                        .findFirst()
                        .orElseThrow(() -> new InvalidTrainingDataException(
                                "column '" + column.name() + "' has no sequence of at least one step in any row"));
        Object step = ((Seq<?>) first.get(0)).apply(0);
        int features = step instanceof Vector vector ? vector.size() : step instanceof Seq<?> seq ? seq.size() : 0;
        if (features == 0) {
            throw new InvalidTrainingDataException("column '" + column.name()
                    + "' has a sequence whose first step is null or holds no number; each step needs at least one");
        }
        return features;
    }

    /** The columns with sequences of as many features a step as the network takes, and of its last steps if it has a number of them. */
    static TableColumns table(TableColumns columns, Architecture network) {
        SequenceInput input = (SequenceInput) network.input();
        return columns.withSequences(input.features(), input.steps());
    }
}
