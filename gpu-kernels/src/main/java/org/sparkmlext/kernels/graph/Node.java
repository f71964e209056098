package org.sparkmlext.kernels.graph;

import java.util.List;

/**
 * An op applied to values of earlier nodes.
 *
 * @param id place in the graph's list
 * @param inputs in the order the op states
 * @param types of the outputs
 * @param layer the layer it belongs to, for messages and profiles; backward nodes keep the layer of their forward node
 */
public record Node(int id, Op op, List<Value> inputs, List<TensorType> types, String layer) {

    public Node {
        inputs = List.copyOf(inputs);
        types = List.copyOf(types);
    }

    public Value input(int index) {
        return inputs.get(index);
    }

    public Value output(int index) {
        return new Value(id, index);
    }
}
