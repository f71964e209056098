package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * A value that comes from outside: no inputs, one output.
 *
 * @param kind where it comes from
 * @param name unique among its kind
 */
public record Source(Kind kind, String name, TensorType type) implements Op {

    /** Where a value comes from. */
    public enum Kind {
        /** Written by the caller before a run, see {@link Program#input}. */
        INPUT,
        /** A range of the flat parameters, see {@link FlatLayout}. */
        PARAMETER,
        /** A range of the flat state: running statistics, not trained. */
        STATE
    }

    @Override
    public List<TensorType> types(List<TensorType> inputs) {
        new Inputs(this, inputs).count(0);
        return List.of(type);
    }

    @Override
    public void differentiate(Backward backward, Node node) {
        // Gradients of parameters are collected by Backward; nothing lies behind them.
    }
}
