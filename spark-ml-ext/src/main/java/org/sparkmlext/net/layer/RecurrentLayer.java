package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.LastStep;
import org.sparkmlext.kernels.graph.Recurrent;
import org.sparkmlext.kernels.graph.Recurrent.Cell;
import org.sparkmlext.kernels.graph.ReverseSteps;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/**
 * LSTM, GRU or a simple recurrent layer over a sequence, steps x features, with the formulas of PyTorch, see {@link Recurrent.Cell}. Output: the state after the
 * last step of each row, units, or that after each step, steps x units, 0 behind a row's end; twice the units where it runs in both
 * directions.
 *
 * <p>Parameters: {@code weights} gates*units x features, {@code recurrent} gates*units x units, {@code bias} 4*units
 * (of a simple one units), and the same after
 * {@code backward-} for the second direction. All start uniform within {@code 1/sqrt(units)}, as in PyTorch.
 *
 * @param isBidirectional whether a second one runs from the last step to the first; their outputs stand one after the other
 * @param returnsSequence whether the output has every step, as the next recurrent layer needs it
 */
public record RecurrentLayer(Cell cell, int units, boolean isBidirectional, boolean returnsSequence) implements Layer {

    static final String LSTM_KIND = "lstm";
    static final String GRU_KIND = "gru";
    static final String RNN_KIND = "rnn";

    public RecurrentLayer {
        Sizes.requirePositive(units, "units");
    }

    public static RecurrentLayer lstm(int units) {
        return new RecurrentLayer(Cell.LSTM, units, false, false);
    }

    public static RecurrentLayer gru(int units) {
        return new RecurrentLayer(Cell.GRU, units, false, false);
    }

    /** Elman's network, with tanh. */
    public static RecurrentLayer rnn(int units) {
        return new RecurrentLayer(Cell.RNN, units, false, false);
    }

    public RecurrentLayer bidirectional() {
        return new RecurrentLayer(cell, units, true, returnsSequence);
    }

    /** Gives the state after each step. */
    public RecurrentLayer sequence() {
        return new RecurrentLayer(cell, units, isBidirectional, true);
    }

    static RecurrentLayer read(Cell cell, JsonFields fields) {
        return new RecurrentLayer(
                cell, fields.integer("units"), fields.flag("bidirectional", false), fields.flag("sequence", false));
    }

    @Override
    public String kind() {
        return switch (cell) {
            case LSTM -> LSTM_KIND;
            case GRU -> GRU_KIND;
            case RNN -> RNN_KIND;
        };
    }

    @Override
    public void write(FieldWriter fields) {
        fields.put("units", units).put("bidirectional", isBidirectional).put("sequence", returnsSequence);
    }

    @Override
    public Value lower(LayerContext context, List<Value> inputs) {
        Value x = context.singleSequence(inputs);
        Value forward = run(context, "", x);
        if (!isBidirectional) {
            return returnsSequence ? forward : context.addOverSteps(new LastStep(), forward);
        }
        Value backward = run(context, "backward-", context.addOverSteps(new ReverseSteps(), x));
        return returnsSequence
                ? context.add(new Concat(2), forward, context.addOverSteps(new ReverseSteps(), backward))
                : context.add(
                        new Concat(1),
                        context.addOverSteps(new LastStep(), forward),
                        context.addOverSteps(new LastStep(), backward));
    }

    private Value run(LayerContext context, String prefix, Value x) {
        // Uniform within sqrt(3 / fan-in).
        Initialization start = new Initialization(Initializer.LECUN_UNIFORM, 3L * units, 1);
        int rows = Math.multiplyExact(cell.gates(), units);
        int features = context.shape(x).size(2);
        return context.addOverSteps(
                new Recurrent(cell),
                x,
                context.parameter(prefix + "weights", Shape.of(rows, features), start),
                context.parameter(prefix + "recurrent", Shape.of(rows, units), start),
                context.parameter(prefix + "bias", Shape.of(Math.multiplyExact(cell.biases(), units)), start));
    }
}
