/** What tests of several packages and modules share. */
@NullMarked
package org.sparkmlext.testing;

import org.jspecify.annotations.NullMarked;
