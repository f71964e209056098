/** Searches over settings: which trials there are, and the table of their results. */
@NullMarked
package org.sparkmlext.jobs.tuning;

import org.jspecify.annotations.NullMarked;
