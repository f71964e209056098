package org.sparkmlext.ml.neural;

/** What a network for classes of sequences has. */
public interface LstmClassifierParams extends LstmParams, NetworkClassifierParams {

    /** Called by the constructors of estimator and model. */
    static void setDefaults(LstmClassifierParams stage) {
        LstmParams.setDefaults(stage);
        NetworkClassifierParams.setDefaults(stage);
    }
}
