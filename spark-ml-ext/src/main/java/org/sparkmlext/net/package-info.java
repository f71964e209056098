/**
 * Networks: what they are made of, their graphs, their files.
 *
 * <p>An {@link org.sparkmlext.net.Architecture} is an input and named layers; {@link org.sparkmlext.net.NetworkGraphs} lowers it to the
 * graphs that train, measure and score it. Imports {@code training}, {@code collective}, {@code data} and the kernels; no Spark. Start
 * at {@link org.sparkmlext.net.Architecture}.
 */
@NullMarked
package org.sparkmlext.net;

import org.jspecify.annotations.NullMarked;
