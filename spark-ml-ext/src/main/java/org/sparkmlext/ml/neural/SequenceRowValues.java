package org.sparkmlext.ml.neural;

import java.util.Arrays;
import org.apache.spark.ml.linalg.Vector;
import org.sparkmlext.net.SequenceInput;
import scala.collection.Seq;

/**
 * Sequences: of longer ones the last steps, of shorter ones zeros after their end.
 *
 * @param steps that the network takes
 * @param features of a step
 * @param hasLengths whether the network takes shorter ones
 */
record SequenceRowValues(String column, int steps, int features, boolean hasLengths) implements NetworkRowValues {
    private static final long serialVersionUID = 1L;

    static SequenceRowValues of(String column, SequenceInput input) {
        return new SequenceRowValues(column, input.steps(), input.features(), input.hasLengths());
    }

    @Override
    public int width() {
        return steps * features;
    }

    @Override
    public boolean takesBytes() {
        return false;
    }

    @Override
    public int copy(Object value, byte[] bytes, float[] floats, int at) {
        if (value instanceof Vector vector) {
            double[] numbers = vector.toArray();
            return copyFlat(numbers.length, i -> numbers[i], floats, at);
        }
        Seq<?> sequence = (Seq<?>) value;
        if (sequence.isEmpty() || sequence.apply(0) instanceof Number) {
            return copyFlat(sequence.size(), i -> number(sequence.apply(i)), floats, at);
        }
        int length = checkedLength(sequence.size());
        int skipped = sequence.size() - length;
        for (int step = 0; step < length; step++) {
            copyStep(sequence.apply(skipped + step), floats, at + step * features);
        }
        clear(length, floats, at);
        return length;
    }

    private void copyStep(Object step, float[] floats, int at) {
        if (step instanceof Vector vector) {
            requireFeatures(vector.size());
            for (int f = 0; f < features; f++) {
                put(vector.apply(f), floats, at + f);
            }
        } else if (step instanceof Seq<?> seq) {
            requireFeatures(seq.size());
            for (int f = 0; f < features; f++) {
                put(number(seq.apply(f)), floats, at + f);
            }
        } else {
            throw new IllegalArgumentException(
                    "column '" + column + "' holds a sequence with a step that is null; all must be numbers");
        }
    }

    /** A number of a flat sequence by its place. */
    private interface Numbers {
        double get(int place);
    }

    private int copyFlat(int size, Numbers numbers, float[] floats, int at) {
        if (size % features != 0) {
            throw new IllegalArgumentException("column '" + column + "' holds a sequence of " + size
                    + " values; the network was trained on steps of " + features + " features");
        }
        int length = checkedLength(size / features);
        int skipped = size - length * features;
        for (int i = 0; i < length * features; i++) {
            put(numbers.get(skipped + i), floats, at + i);
        }
        clear(length, floats, at);
        return length;
    }

    private int checkedLength(int length) {
        if (length == 0) {
            throw new IllegalArgumentException("column '" + column + "' holds a sequence of no steps; needed is one");
        }
        if (length < steps && !hasLengths) {
            throw new IllegalArgumentException("column '" + column + "' holds a sequence of " + length
                    + " steps; the network was trained on sequences that all had " + steps
                    + " and takes no shorter ones. Train it on unequal ones too, or leave such rows out.");
        }
        return Math.min(length, steps);
    }

    private void requireFeatures(int length) {
        if (length != features) {
            throw new IllegalArgumentException("column '" + column + "' holds a step of " + length
                    + " values; the network was trained on steps of " + features + " features");
        }
    }

    private double number(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(
                "column '" + column + "' holds a sequence with a null; all values must be numbers");
    }

    private void put(double value, float[] floats, int at) {
        NetworkRowValues.requireFinite(column, value);
        floats[at] = (float) value;
    }

    private void clear(int length, float[] floats, int at) {
        Arrays.fill(floats, at + length * features, at + width(), 0);
    }
}
