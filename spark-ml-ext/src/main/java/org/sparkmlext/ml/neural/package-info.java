/**
 * Neural networks as Spark ML stages. Start at {@link org.sparkmlext.ml.neural.Network}.
 */
@NullMarked
package org.sparkmlext.ml.neural;

import org.jspecify.annotations.NullMarked;
