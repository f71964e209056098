package org.sparkmlext.net;

import org.sparkmlext.kernels.graph.ModelLayout;

/**
 * A network and its numbers.
 *
 * @param architecture with its head
 * @param parameters as {@link NetworkGraphs#layout} lays them out; not copied
 * @param state likewise
 */
public record NetworkModel(Architecture architecture, float[] parameters, float[] state) {

    public NetworkModel {
        ModelLayout layout = new NetworkGraphs(architecture).layout();
        if (parameters.length != layout.parameters().length()
                || state.length != layout.state().length()) {
            throw new IllegalArgumentException("there are " + parameters.length + " parameters and " + state.length
                    + " states; the network has " + layout.parameters().length() + " and "
                    + layout.state().length());
        }
    }

    /** A network that has not been trained. */
    public static NetworkModel initial(Architecture architecture, long seed) {
        NetworkGraphs graphs = new NetworkGraphs(architecture);
        return new NetworkModel(architecture, graphs.initialParameters(seed), graphs.initialState());
    }
}
