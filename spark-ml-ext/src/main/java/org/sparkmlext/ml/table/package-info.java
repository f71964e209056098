/**
 * From a user's file to a DataFrame with numeric and string feature columns and a 0/1 label. Start at
 * {@link org.sparkmlext.ml.table.TableReader}.
 */
@NullMarked
package org.sparkmlext.ml.table;

import org.jspecify.annotations.NullMarked;
