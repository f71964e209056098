/** Quality of a scored table: exact figures of all its rows, whatever the partitioning, weighted where a weight column is given. */
@NullMarked
package org.sparkmlext.jobs.evaluation;

import org.jspecify.annotations.NullMarked;
