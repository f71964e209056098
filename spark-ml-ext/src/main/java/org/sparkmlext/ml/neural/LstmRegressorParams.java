package org.sparkmlext.ml.neural;

/** What a network for numbers that follow from sequences has. */
public interface LstmRegressorParams extends LstmParams, NetworkRegressorParams {

    /** Called by the constructors of estimator and model. */
    static void setDefaults(LstmRegressorParams stage) {
        LstmParams.setDefaults(stage);
        NetworkRegressorParams.setDefaults(stage);
    }
}
