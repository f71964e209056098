package org.sparkmlext.kernels.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph and everything it is computed from. All numbers that enter layers are exact in bfloat16.
 *
 * @param bend how the loss bends
 */
public record GraphCase(
        String name,
        Graph graph,
        Map<String, Tensor> inputs,
        float[] parameters,
        float[] state,
        RunKey key,
        Bend bend) {

    /** How far along its tangent a loss may be followed. */
    enum Bend {
        /** It changes visibly before it leaves the tangent. */
        GENTLE,
        /** There is a derivative, for steps that only doubles can tell apart. */
        STEEP,
        /** There is none with respect to some parameter. */
        KINK
    }

    ReferenceInterpreter.Feed feed() {
        return feed(Tensor.doubles(parameters));
    }

    ReferenceInterpreter.Feed feed(double[] otherParameters) {
        return new ReferenceInterpreter.Feed(inputs, otherParameters, Tensor.doubles(state), key);
    }

    /** With the values between all ops as outputs, those of the backward pass included: nothing can be left out or fused away. */
    GraphCase withInnerValues() {
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.types().size(); i++) {
                if (node.types().get(i).element() == Element.NUMBER) {
                    String ofOutput = i == 0 ? "" : ", output " + i;
                    outputs.put(node.id() + " " + node.op().name() + ofOutput, node.output(i));
                }
            }
        }
        Graph open = new Graph(
                graph.rows(),
                graph.nodes(),
                graph.layout(),
                outputs,
                graph.gradients(),
                graph.statistics(),
                graph.sums());
        return new GraphCase(name, open, inputs, parameters, state, key, bend);
    }

    /** The forward pass up to the outputs, without sums. */
    GraphCase scoring() {
        int last = graph.outputs().values().stream().mapToInt(Value::node).max().orElseThrow();
        ModelLayout layout =
                new ModelLayout(graph.layout().parameters(), graph.layout().state(), List.of());
        Graph forward = new Graph(
                graph.rows(),
                graph.nodes().subList(0, last + 1),
                layout,
                graph.outputs(),
                Map.of(),
                Map.of(),
                Map.of());
        Map<String, Tensor> needed = new LinkedHashMap<>(inputs);
        needed.keySet().retainAll(forward.inputs().keySet());
        return new GraphCase(name + ", scoring", forward, needed, parameters, state, key, bend);
    }

    GraphCase withParameters(float[] others) {
        return new GraphCase(name, graph, inputs, others, state, key, bend);
    }

    GraphCase withInput(String input, Tensor other) {
        Map<String, Tensor> changed = new LinkedHashMap<>(inputs);
        changed.put(input, other);
        return new GraphCase(name, graph, changed, parameters, state, key, bend);
    }

    @Override
    public String toString() {
        return name;
    }
}
