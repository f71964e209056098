package org.sparkmlext.net.layer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.MaskSteps;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** What a {@link Layer} sees of the graph it is added to. Names it gives are its own: the network puts the layer's name before them. */
public interface LayerContext {

    /** Whether the layer trains: dropout drops, batch norm takes the batch's statistics. Else it scores or is frozen. */
    boolean isTraining();

    /** The shape of a value, the batch included. */
    Shape shape(Value value);

    /**
     * How many steps each row of a sequence has, INT N; null where all rows have all steps. What lies behind the end of a row means
     * nothing, and a layer must not let it in.
     *
     * @param sequence N x steps x ..., of as many steps as the network's input
     * @throws IllegalArgumentException if rows have lengths, and the value another number of steps, so that they are not its own
     */
    @Nullable
    Value lengths(Value sequence);

    /** A trained value. Called once a name, in the same order in every graph of the network. */
    Value parameter(String name, Shape shape, Initialization initialization);

    /** A value that training follows but does not train; starts as {@code initial} everywhere. Named and ordered as parameters are. */
    Value state(String name, Shape shape, float initial);

    /** Says that a state of this layer follows the mean of a value over batches; where {@link #isTraining} only. */
    void statistic(String name, Value value);

    /** Adds an op and returns its first output. */
    Value add(Op op, Value... operands);

    /** Adds an op whose last operand is, where rows have them, the {@link #lengths} of the first, a sequence. */
    default Value addOverSteps(Op op, Value... operands) {
        return addNodeOverSteps(op, operands).output(0);
    }

    /** The same for ops of several outputs. */
    default Node addNodeOverSteps(Op op, Value... operands) {
        Value lengths = lengths(operands[0]);
        if (lengths == null) {
            return addNode(op, operands);
        }
        Value[] more = Arrays.copyOf(operands, operands.length + 1);
        more[operands.length] = lengths;
        return addNode(op, more);
    }

    /** A value in which, if it is a sequence of rows of unequal lengths, all is 0 behind the end of each row. */
    default Value withoutPadding(Value value) {
        return shape(value).rank() == 3 && lengths(value) != null ? addOverSteps(new MaskSteps(), value) : value;
    }

    /** Adds an op of several outputs. */
    Node addNode(Op op, Value... operands);

    /** Adds another layer as a part of this one; the names of its parameters begin with {@code name}. */
    Value apply(String name, Layer layer, Value... inputs);

    /** Where {@link #isTraining}, sets elements to 0 with probability {@code rate} and scales the others; else gives the value back. */
    Value dropout(Value value, float rate);

    /** Whether a value is the network's input as it is given. */
    boolean isInput(Value value);

    /** A value's shape without the batch, and which layer it comes from, for messages: {@code 64x32x32 from 'conv1'}. */
    String describe(Value value);

    /** A fault whose message begins with the layer's name and kind. */
    IllegalArgumentException fault(String what);

    /** Applies the function of that name, see {@link ActivationText}; {@code linear} gives the value back. */
    default Value activate(String activation, Value value) {
        return ActivationText.parse(activation).map(op -> add(op, value)).orElse(value);
    }

    /**
     * The only input of a layer that takes one.
     *
     * @throws IllegalArgumentException if there are several
     */
    default Value single(List<Value> inputs) {
        if (inputs.size() != 1) {
            throw fault("takes 1 input; got " + inputs.size() + ": "
                    + inputs.stream().map(this::describe).toList());
        }
        return inputs.get(0);
    }

    /** @throws IllegalArgumentException if the value is not the network's input, as it is given */
    default Value requireInput(Value value) {
        if (!isInput(value)) {
            throw fault("takes the network's input as it is given; got " + describe(value));
        }
        return value;
    }

    /**
     * The only input of a layer that takes an image, N x C x H x W.
     *
     * @throws IllegalArgumentException if it is none
     */
    default Value singleImage(List<Value> inputs) {
        Value image = single(inputs);
        if (shape(image).rank() != 4) {
            throw fault("takes an image, channels x height x width; got " + describe(image));
        }
        return image;
    }

    /**
     * The only input of a layer that takes a sequence, N x steps x features.
     *
     * @throws IllegalArgumentException if it is none
     */
    default Value singleSequence(List<Value> inputs) {
        Value sequence = single(inputs);
        if (shape(sequence).rank() != 3) {
            throw fault("takes a sequence, steps x features; got " + describe(sequence));
        }
        return sequence;
    }
}
