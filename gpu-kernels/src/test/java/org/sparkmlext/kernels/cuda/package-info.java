/** GPUs: what can be tested without one; and, tagged {@code gpu}, the contracts on a real one ({@code mvn -Pgpu test}). */
@NullMarked
package org.sparkmlext.kernels.cuda;

import org.jspecify.annotations.NullMarked;
