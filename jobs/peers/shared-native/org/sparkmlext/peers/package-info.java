/** Timed runs of rival libraries, each module with a class path and a process of its own. */
@NullMarked
package org.sparkmlext.peers;

import org.jspecify.annotations.NullMarked;
