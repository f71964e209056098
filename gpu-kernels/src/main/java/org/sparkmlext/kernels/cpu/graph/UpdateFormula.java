package org.sparkmlext.kernels.cpu.graph;

import org.sparkmlext.kernels.graph.UpdateRule;

/** An {@link UpdateRule} over arrays: loops the JIT turns into vector code. */
interface UpdateFormula {

    /**
     * Moves {@code count} parameters {@code w} by gradients {@code g}, which may be overwritten.
     *
     * @param slots what is kept for them, slot by slot
     * @param rate learning rate
     * @param t number of the update, from 1
     */
    void apply(float[] w, float[] g, float[][] slots, int count, float rate, long t);

    static UpdateFormula of(UpdateRule rule) {
        if (rule instanceof UpdateRule.Sgd sgd) {
            return new UpdateFormulas.Descent(sgd);
        }
        if (rule instanceof UpdateRule.RmsProp rmsProp) {
            return new UpdateFormulas.MeanSquare(rmsProp);
        }
        return new UpdateFormulas.Moments((UpdateRule.Adam) rule);
    }
}
