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

    /**
     * Checks that a program of a graph can use this memory.
     *
     * @throws IllegalArgumentException if the layouts differ, or a training graph finds no additive array
     */
    public void requireFits(Graph graph) {
        ModelLayout of = graph.layout();
        if (!of.parameters().equals(layout.parameters()) || !of.state().equals(layout.state())) {
            throw new IllegalArgumentException("the layouts differ: the graph has parameters "
                    + of.parameters().shapes() + " and states " + of.state().shapes() + ", the memory was made for "
                    + layout.parameters().shapes() + " and " + layout.state().shapes());
        }
        if (graph.isTraining()) {
            if (!layout.sums().containsAll(of.sums())) {
                throw new IllegalArgumentException(
                        "the graph has sums " + of.sums() + ", the memory was made for " + layout.sums());
            }
            if (!isTrained()) {
                throw new IllegalArgumentException(
                        "a training graph needs memory that was allocated for training; this has no additive array");
            }
        }
    }

    /**
     * Checks that an optimiser of these settings can use this memory.
     *
     * @throws IllegalArgumentException if there is no additive array, no sum of weights, or fewer parameters than are left out
     */
    public void requireFits(UpdateSettings settings) {
        if (!isTrained()) {
            throw new IllegalArgumentException(
                    "an optimiser needs memory that was allocated for training; this has no additive array");
        }
        int length = layout.parameters().length();
        if (settings.trainedFrom() > length) {
            throw new IllegalArgumentException(
                    "trainedFrom is " + settings.trainedFrom() + "; there are " + length + " parameters");
        }
        layout.sumAt(ModelLayout.WEIGHT);
    }

    private boolean isTrained() {
        return additive.length() == layout.additiveLength();
    }

    @Override
    public void close() {
        parameters.close();
        state.close();
        additive.close();
    }
}
