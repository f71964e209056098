package org.sparkmlext.net;

import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.FieldWriter;
import org.sparkmlext.net.layer.JsonFields;

/**
 * Sequences, rows of steps x features as floats. Shorter ones end in zeros.
 *
 * @param steps of a row, the padding included; {@value #OPEN} leaves them open: shapes are then those of {@value #STAND_IN} steps, and who
 *     trains the network puts the length of the longest sequence in ({@link #withSteps}, {@link Architecture#withInput})
 * @param features numbers of a step
 * @param hasLengths whether rows have lengths of their own, given as {@link NetworkGraphs#LENGTHS}; else all have all steps
 * @param standardisation of each feature; rows are fed standardised, and the graph never sees them otherwise
 */
public record SequenceInput(int steps, int features, boolean hasLengths, Standardisation standardisation)
        implements NetworkInput {

    /** As many steps as the longest sequence of the training rows has. */
    public static final int OPEN = 0;

    static final String KIND = "sequence";

    /** Enough for the windows and kernels of usual networks. */
    private static final int STAND_IN = 64;

    public SequenceInput {
        if (steps < 0 || features < 1) {
            throw new IllegalArgumentException("a sequence has " + steps + " steps of " + features
                    + " features; allowed: steps at least 1, or 0 to leave them open, features at least 1");
        }
        if (!standardisation.isNone() && standardisation.mean().size() != features) {
            throw new IllegalArgumentException("there are means of "
                    + standardisation.mean().size() + " features, but a sequence has " + features
                    + "; each feature needs one");
        }
    }

    /** Features as they come. */
    public SequenceInput(int steps, int features, boolean hasLengths) {
        this(steps, features, hasLengths, Standardisation.NONE);
    }

    /** Sequences that all have all steps. */
    public static SequenceInput of(int steps, int features) {
        return new SequenceInput(steps, features, false);
    }

    /** Whether the number of steps is still to be found. */
    public boolean isOpen() {
        return steps == OPEN;
    }

    public SequenceInput withSteps(int changed) {
        return new SequenceInput(changed, features, hasLengths, standardisation);
    }

    /** The same with rows of unequal lengths. */
    public SequenceInput withLengths() {
        return new SequenceInput(steps, features, true, standardisation);
    }

    /** The same with features standardised otherwise. */
    public SequenceInput standardised(Standardisation changed) {
        return new SequenceInput(steps, features, hasLengths, changed);
    }

    static SequenceInput read(JsonFields fields) {
        return new SequenceInput(
                fields.integer("steps", OPEN),
                fields.integer("features"),
                fields.flag("lengths", false),
                Standardisation.read(fields));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("steps", steps).put("features", features).put("lengths", hasLengths);
        standardisation.write(fields);
    }

    @Override
    public TensorType type(int rows) {
        return TensorType.floats(rows, isOpen() ? STAND_IN : steps, features);
    }

    @Override
    public Value lower(GraphBuilder graph) {
        return graph.input(NetworkGraphs.INPUT, type(graph.rows()));
    }

    @Override
    public String describe() {
        return "sequence of " + (isOpen() ? "any number of" : steps) + " steps x " + features + " features"
                + (hasLengths ? ", of unequal lengths" : "")
                + (standardisation.isNone() ? "" : ", standardised");
    }
}
