/**
 * What back ends share when they turn a graph into a list of steps, whatever the steps are: who reads a value, where it lies in
 * memory and for how long, and which part of the additive array it fills.
 */
@NullMarked
package org.sparkmlext.kernels.graph.plan;

import org.jspecify.annotations.NullMarked;
