/**
 * Networks as graphs of operations, and the SPI that compiles and runs them.
 *
 * <p>A {@link org.sparkmlext.kernels.graph.Graph} is a list of {@link org.sparkmlext.kernels.graph.Node}s, each an
 * {@link org.sparkmlext.kernels.graph.Op} applied to values of earlier ones; every shape is known, the batch size included. The
 * gradient is graph too: each op adds the ops of its backward pass ({@link org.sparkmlext.kernels.graph.Op#differentiate}), so a
 * back end compiles a list of steps and knows no calculus. {@link org.sparkmlext.kernels.graph.GraphKernels} turns a graph into a
 * {@link org.sparkmlext.kernels.graph.Program}; an {@link org.sparkmlext.kernels.graph.Optimizer} moves the parameters.
 *
 * <p>Letters: N rows of a batch, C channels, H height, W width, O output channels or units, K values of a row. Images inside a graph
 * are N x C x H x W; how a back end lays them out in memory is its own affair. Imports the JDK and {@code kernels} only. Start at
 * {@link org.sparkmlext.kernels.graph.GraphBuilder}.
 */
@NullMarked
package org.sparkmlext.kernels.graph;

import org.jspecify.annotations.NullMarked;
