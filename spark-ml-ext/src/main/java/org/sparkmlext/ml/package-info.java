/** The public Estimators, Models and Transformers. Start at {@link org.sparkmlext.ml.boosting}. */
@NullMarked
package org.sparkmlext.ml;

import org.jspecify.annotations.NullMarked;
