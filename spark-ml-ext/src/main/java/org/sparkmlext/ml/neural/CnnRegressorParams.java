package org.sparkmlext.ml.neural;

/** What a network for numbers that images show has. */
public interface CnnRegressorParams extends CnnParams, NetworkRegressorParams {

    /** Called by the constructors of estimator and model. */
    static void setDefaults(CnnRegressorParams stage) {
        CnnParams.setDefaults(stage);
        NetworkRegressorParams.setDefaults(stage);
    }
}
