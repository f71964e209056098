package org.sparkmlext.kernels.graph;

import org.sparkmlext.kernels.Buffer;

/**
 * The flat arrays of a model on a device, shared by its programs and its optimiser. Owned by who allocated it
 * ({@link GraphKernels#allocate}); closed after them.
 *
 * @param parameters FLOAT, {@link FlatLayout#length} of the parameters, in plain order
 * @param state FLOAT, likewise
 * @param additive FLOAT, {@link ModelLayout#additiveLength}, or of length 0 where nothing is trained
 */
public record ModelMemory(ModelLayout layout, Buffer parameters, Buffer state, Buffer additive)
        implements AutoCloseable {

    @Override
    public void close() {
        parameters.close();
        state.close();
        additive.close();
    }
}
