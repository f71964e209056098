/** One jar on several versions of Spark. */
@NullMarked
package org.sparkmlext.compat;

import org.jspecify.annotations.NullMarked;
