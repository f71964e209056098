/** Looks at a Spark application before anything is trained in it, and says what stands in the way. */
@NullMarked
package org.sparkmlext.ml.doctor;

import org.jspecify.annotations.NullMarked;
