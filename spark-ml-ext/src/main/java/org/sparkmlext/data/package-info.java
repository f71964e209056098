/**
 * Columnar blocks and shards: the one natural shape of training data. JDK only, but for {@code RowReader}, {@code TableScan}
 * and the readers that it puts together, which see Spark SQL.
 *
 * <p>Start at {@link org.sparkmlext.data.TableBlock}.
 */
@NullMarked
package org.sparkmlext.data;

import org.jspecify.annotations.NullMarked;
