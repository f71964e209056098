package org.sparkmlext.net;

import java.util.List;
import org.sparkmlext.net.layer.Layer;

/**
 * A layer in its place.
 *
 * @param name unique in the network; its output is known by it
 * @param inputs names of earlier steps, or {@link Architecture#INPUT}
 */
public record Step(String name, Layer layer, List<String> inputs) {

    public Step {
        inputs = List.copyOf(inputs);
    }

    /** For messages: {@code layer 'conv1' (conv2d)}. */
    String describe() {
        return "layer '" + name + "' (" + layer.kind() + ")";
    }
}
