package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Adds the backward pass to a graph under construction: walks its nodes from the last to the first and lets each op add its rule.
 *
 * <p>What an op sees of it: the gradient of its outputs, which of its inputs need one, and where to leave it.
 */
public final class Backward {

    private final GraphBuilder builder;
    private final Set<Value> losses;
    private final boolean[] isNeeded;
    private final Map<Value, List<Value>> contributions = new HashMap<>();

    private Backward(GraphBuilder builder, Set<Value> losses, Predicate<String> isTrainable) {
        this.builder = builder;
        this.losses = losses;
        isNeeded = new boolean[builder.numNodes()];
        for (int i = 0; i < isNeeded.length; i++) {
            Node node = builder.node(i);
            isNeeded[i] = node.op() instanceof Source source
                    ? source.kind() == Source.Kind.PARAMETER && isTrainable.test(source.name())
                    : node.inputs().stream().anyMatch(input -> isNeeded[input.node()]);
        }
    }

    /** Gradients of the sum of {@code losses} by each trainable parameter that they depend on, by name. */
    static Map<String, Value> add(GraphBuilder builder, Set<Value> losses, Predicate<String> isTrainable) {
        Backward backward = new Backward(builder, losses, isTrainable);
        for (int i = backward.isNeeded.length - 1; i >= 0; i--) {
            Node node = builder.node(i);
            if (backward.isNeeded[i] && backward.isReached(node)) {
                node.op().differentiate(backward, node);
            }
        }
        Map<String, Value> gradients = new LinkedHashMap<>();
        for (int i = 0; i < backward.isNeeded.length; i++) {
            Node node = builder.node(i);
            if (node.op() instanceof Source source && backward.isNeeded[i] && backward.isReached(node)) {
                gradients.put(source.name(), backward.gradient(node.output(0)));
            }
        }
        return gradients;
    }

    private boolean isReached(Node node) {
        for (int i = 0; i < node.types().size(); i++) {
            if (contributions.containsKey(node.output(i)) || losses.contains(node.output(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a gradient is wanted for this value: a trainable parameter lies in or behind it. */
    public boolean needs(Value value) {
        return isNeeded[value.node()];
    }

    public Shape shape(Value value) {
        return builder.type(value).shape();
    }

    /** The gradient of a value: all contributions, added up. */
    public Value gradient(Value value) {
        List<Value> parts = contributions.get(value);
        if (parts == null) {
            throw new IllegalStateException(
                    "no gradient reaches " + builder.node(value.node()) + ", output " + value.output());
        }
        if (parts.size() > 1) {
            Node sum = add(builder.node(value.node()), new Sum(), parts.toArray(Value[]::new));
            parts.clear();
            parts.add(sum.output(0));
        }
        return parts.get(0);
    }

    /** Adds a share of a value's gradient; ignored where none is wanted. */
    public void contribute(Value value, Value share) {
        if (needs(value)) {
            contributions.computeIfAbsent(value, v -> new ArrayList<>()).add(share);
        }
    }

    /** Adds a node of the backward pass; it belongs to the layer of {@code forward}. */
    public Node add(Node forward, Op op, Value... inputs) {
        return builder.addNode(forward.layer(), op, List.of(inputs));
    }
}
