/**
 * What every stage shares: Params of columns and of training, schema checks by name, scoring columns, model directories.
 *
 * <p>Params are interfaces whose methods return a fresh Param: Spark compares Params by owner and name, so they need no
 * state and estimator and model share one declaration. Start at {@link org.sparkmlext.ml.stage.TrainableClassifier} and
 * {@link org.sparkmlext.ml.stage.FittedClassifier}.
 */
@NullMarked
package org.sparkmlext.ml.stage;

import org.jspecify.annotations.NullMarked;
