/** Fixtures that suites of several packages share. */
@NullMarked
package org.sparkmlext.testing;

import org.jspecify.annotations.NullMarked;
