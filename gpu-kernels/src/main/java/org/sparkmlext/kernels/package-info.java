/**
 * The kernel SPI: what a device must offer, how a back end is found, and nothing about any device in particular.
 *
 * <p>Start reading at {@link org.sparkmlext.kernels.Backend}. This package imports the JDK only. Back ends live in
 * packages of their own ({@code cpu}, later {@code cuda}), are found through {@link java.util.ServiceLoader} and are
 * never named by anybody.
 */
@NullMarked
package org.sparkmlext.kernels;

import org.jspecify.annotations.NullMarked;
