package org.sparkmlext.tree;

import java.io.Serializable;

/** A user's function of one row; travels to executors, so what it captures must be serializable. */
@FunctionalInterface
public interface RowFunction extends Serializable {

    /**
     * @param rawScore the model's raw score of the row so far
     * @param label the row's label
     */
    double apply(double rawScore, double label);
}
