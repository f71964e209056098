/**
 * Networks on the CPU: a {@link org.sparkmlext.kernels.graph.Graph} becomes a list of steps over one block of native memory.
 *
 * <p>Convolutions, matrix products, normalisation, pooling and element-wise work run in oneDNN, each tensor in the layout oneDNN
 * picks; losses, dropout masks, pixels and the optimiser are Java. A compilation goes through {@code GraphCompiler}: {@code Fusions}
 * decides which nodes run as one, one class a family of ops adds {@code Step}s to a {@code StepList}, {@code Values} knows where a
 * value lies and reorders it where layouts differ, {@code ArenaPlan} gives every tensor its place. The result is a
 * {@code CpuProgram}.
 *
 * <p>JavaCPP's objects live in a {@code PointerScope} while compiling; those a program keeps are held by its {@code NativeObjects}
 * and freed when it is closed. Only {@code CpuGraphKernels} is seen from outside, and oneDNN only in here.
 */
@NullMarked
package org.sparkmlext.kernels.cpu.graph;

import org.jspecify.annotations.NullMarked;
