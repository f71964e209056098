/**
 * Models in Spark SQL: statements, functions, and the warehouse that names are looked up in. Start at
 * {@link org.sparkmlext.sql.ModelWarehouse}.
 */
@NullMarked
package org.sparkmlext.sql;

import org.jspecify.annotations.NullMarked;
