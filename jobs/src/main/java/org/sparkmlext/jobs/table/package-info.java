/**
 * From a user's file to a DataFrame with numeric and string feature columns and a 0/1 label. Start at
 * {@link org.sparkmlext.jobs.table.TableReader}.
 */
@NullMarked
package org.sparkmlext.jobs.table;

import org.jspecify.annotations.NullMarked;
