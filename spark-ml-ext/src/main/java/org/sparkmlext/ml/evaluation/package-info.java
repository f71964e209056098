/** Quality of a scored table: exact figures of all its rows, whatever the partitioning, weighted where a weight column is given. */
@NullMarked
package org.sparkmlext.ml.evaluation;

import org.jspecify.annotations.NullMarked;
