/**
 * Sums across ranks: the all-reduce. JDK only.
 *
 * <p>Start at {@link org.sparkmlext.collective.Collective}. Ranks in one JVM share arrays; ranks in several processes
 * talk over plain {@code java.nio}, driven by the calling thread.
 */
@NullMarked
package org.sparkmlext.collective;

import org.jspecify.annotations.NullMarked;
