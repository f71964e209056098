/**
 * What users give, and what is said to them when it is wrong: {@link org.sparkmlext.ml.input.BadInputException}, the nearest name to a
 * misspelt one, options as whoever asks spells them.
 */
@NullMarked
package org.sparkmlext.ml.input;

import org.jspecify.annotations.NullMarked;
