/**
 * Layers of networks: records of hyperparameters that lower themselves to ops.
 *
 * <p>A {@link org.sparkmlext.net.layer.Layer} adds nodes of {@code kernels.graph} through a
 * {@link org.sparkmlext.net.layer.LayerContext}, which names its parameters and says whether it trains; shapes, parameter counts and
 * gradients follow from the nodes, so no layer states them a second time. A layer of a user implements the same interface. Imports
 * the JDK, {@code data} (JSON) and {@code kernels.graph}. Start at {@link org.sparkmlext.net.layer.Layer}.
 */
@NullMarked
package org.sparkmlext.net.layer;

import org.jspecify.annotations.NullMarked;
