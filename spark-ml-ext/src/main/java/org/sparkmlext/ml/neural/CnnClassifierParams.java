package org.sparkmlext.ml.neural;

/** What a network for classes of images has. */
public interface CnnClassifierParams extends CnnParams, NetworkClassifierParams {

    /** Called by the constructors of estimator and model. */
    static void setDefaults(CnnClassifierParams stage) {
        CnnParams.setDefaults(stage);
        NetworkClassifierParams.setDefaults(stage);
    }
}
