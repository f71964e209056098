/**
 * Gradient boosted trees: bins, grower, forest, codec, scoring. Knows no Spark.
 *
 * <p>Training starts at {@link org.sparkmlext.tree.BoostingAlgorithm}, a trained model is a
 * {@link org.sparkmlext.tree.Forest}. Device work goes through {@code org.sparkmlext.kernels}.
 */
@NullMarked
package org.sparkmlext.tree;

import org.jspecify.annotations.NullMarked;
