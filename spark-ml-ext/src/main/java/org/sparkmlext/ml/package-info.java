/**
 * The public Estimators and Models: {@link org.sparkmlext.ml.boosting}, {@link org.sparkmlext.ml.feature}; forecasts measured, {@link
 * org.sparkmlext.ml.forecast}; what all stages share is
 * {@link org.sparkmlext.ml.stage}. For those who name algorithms and columns rather than write code: {@link org.sparkmlext.ml.table},
 * {@link org.sparkmlext.ml.training}, {@link org.sparkmlext.ml.evaluation}. Params stop here: a fit turns them into an immutable settings record.
 */
@NullMarked
package org.sparkmlext.ml;

import org.jspecify.annotations.NullMarked;
