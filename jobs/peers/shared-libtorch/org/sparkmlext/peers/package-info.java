/** Networks trained by libtorch, on one class path and in one process a module. */
@NullMarked
package org.sparkmlext.peers;

import org.jspecify.annotations.NullMarked;
