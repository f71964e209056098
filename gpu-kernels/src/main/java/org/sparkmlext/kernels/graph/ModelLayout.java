package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * Where everything of a model lies in its flat arrays: the same for all graphs of a network, whatever their batch size.
 *
 * <p>What is added over ranks lies in one array, so that one sum does it: gradients at the offsets of their parameters, statistics
 * at {@link #statisticsFrom} at the offsets of their states, each multiplied by the number of rows, the number of rows at
 * {@link #rowsAt}, and the named sums. Of a parameter that is not trained the gradient is 0; of a state that no statistic follows the
 * state itself stands in the statistic's place, so that it keeps its value.
 *
 * @param parameters trained numbers
 * @param state running statistics
 * @param sums names of sums over rows, such as {@link #LOSS}, in order
 */
public record ModelLayout(FlatLayout parameters, FlatLayout state, List<String> sums) {

    /** Name of the weighted sum of losses. */
    public static final String LOSS = "loss";

    /** Name of the sum of weights, by which {@link Optimizer} divides the gradient. */
    public static final String WEIGHT = "weight";

    public ModelLayout {
        sums = List.copyOf(sums);
    }

    /** Length of the array that is added over ranks. */
    public int additiveLength() {
        return Math.addExact(rowsAt() + 1, sums.size());
    }

    public int statisticsFrom() {
        return parameters.length();
    }

    public int rowsAt() {
        return Math.addExact(parameters.length(), state.length());
    }

    /** @throws IllegalArgumentException if there is no such sum */
    public int sumAt(String name) {
        int index = sums.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("there is no sum '" + name + "' among " + sums);
        }
        return rowsAt() + 1 + index;
    }
}
