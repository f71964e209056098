package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Builds a {@link Graph} node by node. Shapes are checked as nodes are added; a fault names the layer. Not thread-safe, used once.
 *
 * <pre>{@code
 * GraphBuilder graph = new GraphBuilder(128);
 * Value x = graph.input("x", TensorType.floats(128, 20));
 * graph.layer("hidden");
 * Value w = graph.parameter("hidden.weights", Shape.of(64, 20));
 * Value y = graph.add(Activation.of(Activation.Function.RELU), graph.add(new Dense(), x, w));
 * graph.output("y", y);
 * Graph scoring = graph.build();
 * }</pre>
 */
public final class GraphBuilder {

    private final int rows;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Shape> inputs = new LinkedHashMap<>();
    private final Map<String, Shape> parameters = new LinkedHashMap<>();
    private final Map<String, Shape> states = new LinkedHashMap<>();
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private final Map<String, Value> statistics = new LinkedHashMap<>();
    private final Map<String, Value> sums = new LinkedHashMap<>();
    private String layer = "input";

    /** @param rows the batch size */
    public GraphBuilder(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("a batch has " + rows + " rows; it must have at least 1");
        }
        this.rows = rows;
    }

    public int rows() {
        return rows;
    }

    /** Nodes added from now on belong to this layer. */
    public void layer(String name) {
        layer = name;
    }

    /** A value the caller writes before a run; its first axis is the batch. */
    public Value input(String name, TensorType type) {
        if (type.shape().size(0) != rows) {
            throw new IllegalArgumentException(
                    "input '" + name + "' has shape " + type.shape() + ", but the batch has " + rows + " rows");
        }
        return source(Source.Kind.INPUT, name, type, inputs);
    }

    /** A trained value. Parameters lie in the flat array in the order of these calls. */
    public Value parameter(String name, Shape shape) {
        return source(Source.Kind.PARAMETER, name, new TensorType(Element.FLOAT, shape), parameters);
    }

    /** A value that training follows but does not train, such as a running mean. */
    public Value state(String name, Shape shape) {
        return source(Source.Kind.STATE, name, new TensorType(Element.FLOAT, shape), states);
    }

    private Value source(Source.Kind kind, String name, TensorType type, Map<String, Shape> known) {
        if (known.putIfAbsent(name, type.shape()) != null) {
            throw new IllegalArgumentException("layer '" + layer + "': there is a "
                    + kind.name().toLowerCase(java.util.Locale.ROOT) + " '" + name + "' already");
        }
        return add(new Source(kind, name, type));
    }

    /** Adds a node and returns its first output. */
    public Value add(Op op, Value... operands) {
        return addNode(op, operands).output(0);
    }

    /** Adds a node, for ops of several outputs. */
    public Node addNode(Op op, Value... operands) {
        return addNode(layer, op, List.of(operands));
    }

    Node addNode(String ofLayer, Op op, List<Value> operands) {
        List<TensorType> types = operands.stream().map(this::type).toList();
        Node node;
        try {
            node = new Node(nodes.size(), op, operands, op.types(types), ofLayer);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("layer '" + ofLayer + "': " + e.getMessage(), e);
        }
        nodes.add(node);
        return node;
    }

    /** Type of a value added before. */
    public TensorType type(Value value) {
        return nodes.get(value.node()).types().get(value.output());
    }

    int numNodes() {
        return nodes.size();
    }

    Node node(int id) {
        return nodes.get(id);
    }

    /** Gives a value to the caller, who reads it after a run as floats in plain order. */
    public void output(String name, Value value) {
        if (!type(value).isNumeric()) {
            throw new IllegalArgumentException("output '" + name + "' is " + type(value) + "; it must be numeric");
        }
        outputs.put(name, value);
    }

    /** Says that a state follows the mean of this value over batches. */
    public void statistic(String state, Value value) {
        Shape shape = states.get(state);
        if (shape == null || !type(value).equals(new TensorType(Element.FLOAT, shape))) {
            throw new IllegalArgumentException(
                    "state '" + state + "' of shape " + shape + " cannot follow " + type(value));
        }
        statistics.put(state, value);
    }

    /** Adds a value over rows and ranks under a name. */
    public void sum(String name, Value value) {
        if (!type(value).equals(TensorType.floats(1))) {
            throw new IllegalArgumentException("sum '" + name + "' is " + type(value) + "; it must be float 1");
        }
        sums.put(name, value);
    }

    /** A graph without a backward pass: for scoring, or to measure a loss. */
    public Graph build() {
        return graph(Map.of());
    }

    /**
     * The graph with its backward pass.
     *
     * @param isTrainable by a parameter's name; the others have gradient 0, and stay as they are where the rule has no weight decay or
     *     {@link UpdateSettings#trainedFrom} lies behind them
     * @param losses outputs 0 of {@link Loss} nodes; their sum is what the gradient is of
     */
    public Graph buildTraining(Predicate<String> isTrainable, Value... losses) {
        Set<Value> roots = new LinkedHashSet<>(List.of(losses));
        for (Value root : roots) {
            if (!(nodes.get(root.node()).op() instanceof Loss) || root.output() != 0) {
                throw new IllegalArgumentException("only the first output of a loss can be trained on; got output "
                        + root.output() + " of " + nodes.get(root.node()).op().name());
            }
        }
        Map<String, Value> gradients = Backward.add(this, roots, isTrainable);
        if (gradients.isEmpty()) {
            throw new IllegalArgumentException(
                    "the loss depends on none of the trainable parameters; parameters are " + parameters.keySet());
        }
        return graph(gradients);
    }

    private Graph graph(Map<String, Value> gradients) {
        ModelLayout layout =
                new ModelLayout(FlatLayout.of(parameters), FlatLayout.of(states), List.copyOf(sums.keySet()));
        return new Graph(rows, nodes, layout, outputs, gradients, statistics, sums);
    }
}
