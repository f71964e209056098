/**
 * The CPU back end: boosting kernels in plain Java, threaded, the same bits with any number of threads.
 *
 * <p>Found through {@link java.util.ServiceLoader}; nobody names this package. It imports the SPI
 * ({@code org.sparkmlext.kernels} and its families) and the JDK only. Start reading at {@code CpuTreeKernels}; threads are
 * in {@code ThreadTeam}.
 */
@NullMarked
package org.sparkmlext.kernels.cpu;

import org.jspecify.annotations.NullMarked;
