/**
 * Algorithms by name, their settings from text, fitting, and model directories that are either whole or absent. Start at
 * {@link org.sparkmlext.ml.training.Training}.
 */
@NullMarked
package org.sparkmlext.ml.training;

import org.jspecify.annotations.NullMarked;
