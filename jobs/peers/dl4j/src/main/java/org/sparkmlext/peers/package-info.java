/** A network trained by DL4J. */
@NullMarked
package org.sparkmlext.peers;

import org.jspecify.annotations.NullMarked;
