package org.sparkmlext.net;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.Architecture.Extent;
import org.sparkmlext.net.layer.Initialization;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerContext;

/** Adds the layers of one network to one graph, and remembers how their parameters and states start. */
final class Lowering {

    private final GraphBuilder graph;
    private final Map<String, Initialization> parameters = new LinkedHashMap<>();
    private final Map<String, Float> states = new LinkedHashMap<>();
    private final Map<Value, String> sources = new HashMap<>();
    private @Nullable Value rows;
    private @Nullable Value lengths;
    /** Steps of the input, where it has lengths. */
    private int steps;

    private final Map<String, Extent> starts = new LinkedHashMap<>();
    private long numParameters;
    private long numStates;
    private int numDropouts;

    Lowering(GraphBuilder graph) {
        this.graph = graph;
    }

    GraphBuilder graph() {
        return graph;
    }

    /** How each parameter starts, by full name, in order. */
    Map<String, Initialization> parameters() {
        return parameters;
    }

    /** What each state starts as, by full name, in order. */
    Map<String, Float> states() {
        return states;
    }

    /** Parameters and states before each layer, by its name. */
    Map<String, Extent> starts() {
        return starts;
    }

    /** Parameters and states in all. */
    Extent size() {
        return new Extent(numParameters, numStates);
    }

    Value input(NetworkInput input) {
        graph.layer(Architecture.INPUT);
        Value value = input.lower(graph);
        sources.put(value, Architecture.INPUT);
        if (input.hasLengths()) {
            lengths = graph.input(NetworkGraphs.LENGTHS, new TensorType(Element.INT, Shape.of(graph.rows())));
            steps = graph.type(value).shape().size(1);
        }
        return value;
    }

    Value layer(Step step, List<Value> inputs, boolean isTraining) {
        graph.layer(step.name());
        starts.put(step.name(), size());
        Value value = new Scope(step.name(), step.describe(), isTraining).lower(step.layer(), inputs);
        // A layer may give its input back, which then keeps the name of the layer that computed it.
        sources.putIfAbsent(value, step.name());
        return value;
    }

    /** Shape without the batch. */
    Shape rowShape(Value value) {
        List<Integer> sizes = graph.type(value).shape().sizes();
        return new Shape(sizes.subList(1, sizes.size()));
    }

    /** The numbers of the rows, an input of graphs that have dropout. */
    private Value rows() {
        Value known = rows;
        if (known == null) {
            known = graph.input(NetworkGraphs.ROWS, new TensorType(Element.LONG, Shape.of(graph.rows())));
            rows = known;
        }
        return known;
    }

    /** What one layer, or one part of a layer, sees. */
    private final class Scope implements LayerContext {
        private final String prefix;
        private final String owner;
        private final boolean isTraining;

        Scope(String prefix, String owner, boolean isTraining) {
            this.prefix = prefix;
            this.owner = owner;
            this.isTraining = isTraining;
        }

        Value lower(Layer layer, List<Value> inputs) {
            Value value;
            try {
                value = layer.lower(this, inputs);
            } catch (IllegalArgumentException | ArithmeticException e) {
                String message = String.valueOf(e.getMessage());
                throw message.startsWith("layer '") ? e : new IllegalArgumentException(owner + ": " + message, e);
            }
            Shape shape = graph.type(value).shape();
            if (!graph.type(value).isNumeric() || shape.rank() < 2 || shape.size(0) != graph.rows()) {
                throw fault("gives " + graph.type(value) + "; a layer gives numbers, the batch of " + graph.rows()
                        + " rows first");
            }
            return value;
        }

        private String fullName(String name) {
            return prefix + "." + name;
        }

        @Override
        public boolean isTraining() {
            return isTraining;
        }

        @Override
        public Shape shape(Value value) {
            return graph.type(value).shape();
        }

        @Override
        public @Nullable Value lengths(Value sequence) {
            if (lengths != null && graph.type(sequence).shape().size(1) != steps) {
                throw fault("takes rows of unequal lengths with all " + steps + " steps of the input; got "
                        + describe(sequence)
                        + ". Keep the steps, by padding 'same' and stride 1, or take rows of one length.");
            }
            return lengths;
        }

        @Override
        public Value parameter(String name, Shape shape, Initialization initialization) {
            Value value = graph.parameter(fullName(name), shape);
            parameters.put(fullName(name), initialization);
            numParameters += shape.elements();
            return value;
        }

        @Override
        public Value state(String name, Shape shape, float initial) {
            Value value = graph.state(fullName(name), shape);
            states.put(fullName(name), initial);
            numStates += shape.elements();
            return value;
        }

        @Override
        public void statistic(String name, Value value) {
            graph.statistic(fullName(name), value);
        }

        @Override
        public Value add(Op op, Value... operands) {
            return graph.add(op, operands);
        }

        @Override
        public Node addNode(Op op, Value... operands) {
            return graph.addNode(op, operands);
        }

        @Override
        public Value apply(String name, Layer layer, Value... inputs) {
            String part = fullName(name);
            return new Scope(part, "layer '" + part + "' (" + layer.kind() + ")", isTraining)
                    .lower(layer, List.of(inputs));
        }

        @Override
        public Value dropout(Value value, float rate) {
            // Counted where nothing is dropped too, so that freezing a layer changes no other one's random numbers.
            int stream = numDropouts++;
            return isTraining && rate > 0 ? graph.add(new Dropout(rate, stream), value, rows()) : value;
        }

        @Override
        public boolean isInput(Value value) {
            return Architecture.INPUT.equals(sources.get(value))
                    && graph.type(value).element() == Element.FLOAT;
        }

        @Override
        public String describe(Value value) {
            String shape = rowShape(value).toString();
            String source = sources.get(value);
            return source == null ? shape : shape + " from '" + source + "'";
        }

        @Override
        public IllegalArgumentException fault(String what) {
            return new IllegalArgumentException(owner + " " + what);
        }
    }
}
