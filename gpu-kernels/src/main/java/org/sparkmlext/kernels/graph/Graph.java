package org.sparkmlext.kernels.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network, or its training step, for one batch size. Immutable; made by {@link GraphBuilder}.
 *
 * @param rows the batch size
 * @param nodes in an order in which every node comes after its inputs
 * @param layout flat arrays
 * @param outputs values the caller reads, by name
 * @param gradients gradient of each trained parameter, by the parameter's name; empty where nothing is trained
 * @param statistics value each state takes a part of, by the state's name; a state without one stays as it is
 * @param sums values added over rows and ranks, by name, FLOAT 1 each, in the order of the layout
 */
public record Graph(
        int rows,
        List<Node> nodes,
        ModelLayout layout,
        Map<String, Value> outputs,
        Map<String, Value> gradients,
        Map<String, Value> statistics,
        Map<String, Value> sums) {

    public Graph {
        nodes = List.copyOf(nodes);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        gradients = Collections.unmodifiableMap(new LinkedHashMap<>(gradients));
        statistics = Collections.unmodifiableMap(new LinkedHashMap<>(statistics));
        sums = Collections.unmodifiableMap(new LinkedHashMap<>(sums));
    }

    /** Whether it fills the array that is added over ranks. */
    public boolean isTraining() {
        return !gradients.isEmpty();
    }

    public Node node(Value value) {
        return nodes.get(value.node());
    }

    public TensorType type(Value value) {
        return node(value).types().get(value.output());
    }

    /** Inputs by name, in order. */
    public Map<String, TensorType> inputs() {
        Map<String, TensorType> inputs = new LinkedHashMap<>();
        for (Node node : nodes) {
            if (node.op() instanceof Source source && source.kind() == Source.Kind.INPUT) {
                inputs.put(source.name(), source.type());
            }
        }
        return inputs;
    }
}
