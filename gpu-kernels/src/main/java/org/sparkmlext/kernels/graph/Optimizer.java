package org.sparkmlext.kernels.graph;

import org.sparkmlext.kernels.Buffer;

/**
 * Moves the parameters of a model by what its {@link ModelMemory#additive} holds after the sum over ranks: the second half of a
 * training step. Every rank makes the same update of the same numbers, so all keep the same parameters, bit for bit.
 */
public interface Optimizer extends AutoCloseable {

    /**
     * One update: gradients are divided by the sum {@link ModelLayout#WEIGHT}, clipped, and moved by; statistics are divided by the
     * number of rows and taken into the state, so that a statistic equal to the state leaves it as it is. Where the weight is 0 nothing
     * changes.
     *
     * <p>If the norm is NaN or infinite nothing is changed at all.
     *
     * @param step number of the update, from 0
     * @return Euclidean norm of the mean gradient of the trained parameters, before clipping by norm and after clipping by value; 0
     *     where the weight is 0
     */
    double update(long step, float learningRate);

    /**
     * What the rule keeps between updates, FLOAT, {@link UpdateRule#numSlots} times the length of the parameters, slot after slot:
     * read and written for checkpoints.
     */
    Buffer slots();

    /** Frees the slots. Closing twice is allowed. */
    @Override
    void close();
}
