/**
 * Gradient boosted trees as Spark ML stages. Start at {@link org.sparkmlext.ml.boosting.BoostedTreesClassifier}.
 */
@NullMarked
package org.sparkmlext.ml.boosting;

import org.jspecify.annotations.NullMarked;
