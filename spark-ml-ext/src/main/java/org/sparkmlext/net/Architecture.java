package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.DenseLayer;
import org.sparkmlext.net.layer.Layer;
import org.sparkmlext.net.layer.LayerKinds;
import org.sparkmlext.net.layer.WindowDenormLayer;
import org.sparkmlext.net.layer.WindowNormLayer;

/**
 * What a network is made of: an input, then layers that each read earlier ones. Immutable; that all shapes fit is checked when it is
 * made.
 *
 * <p>A last layer named {@link #OUTPUT} is the head, whose values are the logits or the predictions. A network without one ends in
 * features, and who trains it appends the head ({@link #withOutputs}) when the number of classes is known.
 */
public final class Architecture {

    /** Name of the input, as a layer's input. */
    public static final String INPUT = "input";

    /** Name of the head. */
    public static final String OUTPUT = "output";

    /** Name of the head before its values are brought back to the units of the series. */
    private static final String FORECAST = "forecast";

    private static final int MAX_STEPS = 10_000;
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}";

    private final NetworkInput input;
    private final List<Step> steps;
    private final Standardisation targets;
    private final Map<String, Shape> shapes;
    private final Map<String, Extent> starts;
    private final Extent size;

    /**
     * @param steps every one after those it reads
     * @throws IllegalArgumentException if names or shapes do not fit; the message names the layer and gives the shapes, for a batch of
     *     one row where they have the batch
     */
    public Architecture(NetworkInput input, List<Step> steps) {
        this(input, steps, Standardisation.NONE);
    }

    /**
     * With targets in units of their own; faults as in the other constructor.
     *
     * @param targets how targets are standardised to be learnt: what the head gives is brought back to their units by it
     */
    public Architecture(NetworkInput input, List<Step> steps, Standardisation targets) {
        this.input = input;
        this.steps = List.copyOf(steps);
        this.targets = targets;
        checkNames();
        Lowering lowering = new Lowering(new GraphBuilder(1));
        shapes = new LinkedHashMap<>();
        lower(lowering, name -> false).forEach((name, value) -> shapes.put(name, lowering.rowShape(value)));
        starts = lowering.starts();
        size = lowering.size();
        int means = targets.mean().size();
        if (hasHead() && means > 0 && numOutputs() % means != 0) {
            throw new IllegalArgumentException(last().describe() + " gives " + numOutputs()
                    + " numbers, but there are means of " + means + " targets; each target has as many outputs");
        }
    }

    /** Numbers of parameters and states. */
    record Extent(long parameters, long states) {
        Extent minus(Extent other) {
            return new Extent(parameters - other.parameters, states - other.states);
        }
    }

    /** Begins a network. */
    public static Builder builder(NetworkInput input) {
        return new Builder(input);
    }

    /** Builds an {@link Architecture}. */
    public static final class Builder extends ArchitectureBuilder<Builder> {
        private Builder(NetworkInput input) {
            super(input);
        }

        @Override
        protected Builder self() {
            return this;
        }

        public Architecture build() {
            return architecture();
        }
    }

    private void checkNames() {
        if (steps.isEmpty() || steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException("a network has " + steps.size() + " layers; allowed: 1 to " + MAX_STEPS);
        }
        Set<String> known = new HashSet<>(Set.of(INPUT));
        Set<String> unread = new HashSet<>();
        for (Step step : steps) {
            if (!step.name().matches(NAME)) {
                throw new IllegalArgumentException(step.describe()
                        + " has a name that is not allowed: letters, digits, '_', and after the first '.' and '-' are;"
                        + " at most 100");
            }
            for (String read : step.inputs()) {
                if (!known.contains(read)) {
                    throw new IllegalArgumentException(step.describe() + " reads '" + read
                            + "', which is no layer before it; those are " + new java.util.TreeSet<>(known));
                }
                unread.remove(read);
            }
            if (step.inputs().isEmpty()) {
                throw new IllegalArgumentException(step.describe() + " reads nothing; it needs an input");
            }
            if (!known.add(step.name())) {
                throw new IllegalArgumentException(step.describe() + " has the name of an earlier one");
            }
            unread.add(step.name());
        }
        unread.remove(last().name());
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("nothing reads the output of layers " + new java.util.TreeSet<>(unread)
                    + "; only the last layer, '" + last().name() + "', may be read by none");
        }
        for (Step step : steps.subList(0, steps.size() - 1)) {
            if (step.name().equals(OUTPUT)) {
                throw new IllegalArgumentException(
                        step.describe() + " has the name of the head, but '" + last().name() + "' is the last layer");
            }
        }
    }

    /** Adds all layers to a graph; gives back the value of the input and of each layer, by name. */
    Map<String, Value> lower(Lowering lowering, Predicate<String> isTraining) {
        Map<String, Value> values = new LinkedHashMap<>();
        values.put(INPUT, lowering.input(input));
        for (Step step : steps) {
            List<Value> operands =
                    step.inputs().stream().map(name -> get(values, name)).toList();
            values.put(step.name(), lowering.layer(step, operands, isTraining.test(step.name())));
        }
        return values;
    }

    private static <T> T get(Map<String, T> map, String name) {
        return Objects.requireNonNull(map.get(name));
    }

    public NetworkInput input() {
        return input;
    }

    /** In the order in which they are computed. */
    public List<Step> steps() {
        return steps;
    }

    /** Shape of what a layer, or {@link #INPUT}, gives, without the batch. Images are channels x height x width. */
    public Shape shape(String layer) {
        return get(shapes, requireLayer(layer));
    }

    /** The shape as text, such as {@code 8x26x26}; faults as in {@link #shape}. */
    public String shapeText(String layer) {
        return shape(layer).toString();
    }

    /** Values that a layer, or {@link #INPUT}, gives a row; faults as in {@link #shape}. */
    public int numValues(String layer) {
        return shape(layer).elements();
    }

    /** Parameters and states of the steps up to one, itself included. */
    Extent end(int step) {
        return step + 1 < steps.size() ? get(starts, steps.get(step + 1).name()) : size;
    }

    /** Parameters and states of a step. */
    Extent size(int step) {
        return end(step).minus(get(starts, steps.get(step).name()));
    }

    /** Place of a layer; faults as in {@link #shape}. */
    int indexOf(String layer) {
        int index = names().indexOf(layer);
        if (index < 0) {
            throw new IllegalArgumentException("there is no layer '" + layer + "'; layers are " + names());
        }
        return index;
    }

    /** Trained numbers in all. */
    public long numParameters() {
        return size.parameters();
    }

    /** Trained numbers of a layer; faults as in {@link #shape}. */
    public long numParameters(String layer) {
        return size(indexOf(layer)).parameters();
    }

    /** Names of the layers, in order. */
    public List<String> names() {
        return steps.stream().map(Step::name).toList();
    }

    /** @throws IllegalArgumentException if there is no layer of that name; the message lists them */
    String requireLayer(String name) {
        if (!shapes.containsKey(name)) {
            throw new IllegalArgumentException("there is no layer '" + name + "'; layers are " + names());
        }
        return name;
    }

    Step last() {
        return steps.get(steps.size() - 1);
    }

    /**
     * Name of what the head reads, of several the first: the layer before it, or {@link #INPUT}. What brings forecasts back to the units
     * of the series belongs to the head.
     */
    public String beforeLast() {
        String before = last().inputs().get(0);
        return last().layer() instanceof WindowDenormLayer && !before.equals(INPUT)
                ? steps.get(indexOf(before)).inputs().get(0)
                : before;
    }

    /** Whether the last layer is the head. */
    public boolean hasHead() {
        return last().name().equals(OUTPUT);
    }

    /** Values of the last layer. */
    public int numOutputs() {
        return get(shapes, last().name()).elements();
    }

    /**
     * A network that ends in so many outputs: this one if it has a head, else with a dense layer as head.
     *
     * @throws IllegalArgumentException if it has a head of another shape
     */
    public Architecture withOutputs(int outputs) {
        if (!hasHead()) {
            List<Step> more = new ArrayList<>(steps);
            more.add(new Step(OUTPUT, DenseLayer.of(outputs), List.of(last().name())));
            return new Architecture(input, more, targets);
        }
        Shape shape = get(shapes, OUTPUT);
        if (!shape.equals(Shape.of(outputs))) {
            throw new IllegalArgumentException(last().describe() + " gives " + shape + "; the data needs " + outputs
                    + ". Leave the layer out, and one that fits is added.");
        }
        return this;
    }

    /**
     * A network that ends in a forecast: for each of {@code horizon} steps, in it for each of {@code channels}, {@code quantiles} values
     * (1 for a forecast without quantiles). This one if it has a head; else with a dense layer as head, and behind it, where the network
     * begins with a {@link WindowNormLayer} of its input, its inverse. So forecasts, targets and the loss are always in the units of the
     * series.
     *
     * @param channels of the input's features, those that are forecast
     * @throws IllegalArgumentException if it has a head of another shape, or normalises windows that lack a channel
     */
    public Architecture withForecast(int horizon, List<Integer> channels, int quantiles) {
        int outputs = Math.multiplyExact(Math.multiplyExact(horizon, channels.size()), quantiles);
        Step norm = steps.stream()
                .filter(step -> step.layer() instanceof WindowNormLayer)
                .filter(step -> step.inputs().equals(List.of(INPUT)))
                .findFirst()
                .orElse(null);
        if (hasHead() || norm == null) {
            return withOutputs(outputs);
        }
        int features = shape(INPUT).size(1);
        if (channels.stream().anyMatch(channel -> channel < 0 || channel >= features)) {
            throw new IllegalArgumentException(norm.describe() + " normalises windows of " + features
                    + " features, but features " + channels + " are forecast (counted from 0), which are not all among"
                    + " them. Add the targets to the inputs, or leave the layer out.");
        }
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(FORECAST, DenseLayer.of(outputs), List.of(last().name())));
        Layer inverse = new WindowDenormLayer((WindowNormLayer) norm.layer(), channels, quantiles);
        more.add(new Step(OUTPUT, inverse, List.of(FORECAST, INPUT)));
        return new Architecture(input, more, targets);
    }

    /** The same layers on another input; faults as in the constructor. */
    public Architecture withInput(NetworkInput changed) {
        return new Architecture(changed, steps, targets);
    }

    /** How targets are standardised; {@link Standardisation#NONE} where they are learnt as they are. */
    public Standardisation targets() {
        return targets;
    }

    /** The same layers with targets standardised otherwise; faults as in the constructor. */
    public Architecture withTargets(Standardisation changed) {
        return new Architecture(input, steps, changed);
    }

    /** As JSON, one line a layer; the same network gives the same text. */
    public String toJson() {
        return ArchitectureJson.write(this);
    }

    /** @throws IllegalArgumentException if the text is no network that this library knows; the message says where and what is allowed */
    public static Architecture fromJson(String json) {
        return fromJson(json, LayerKinds.standard());
    }

    /** With layers of the caller's own. */
    public static Architecture fromJson(String json, LayerKinds kinds) {
        return ArchitectureJson.read(json, kinds);
    }

    /** A table of layers, shapes and parameter counts. */
    public String summary() {
        return NetworkSummary.of(this, null);
    }

    /** The same, with what is trained when the layers up to one, itself included, are frozen. */
    public String summary(@Nullable String freezeUntil) {
        return NetworkSummary.of(this, freezeUntil);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Architecture that
                && input.equals(that.input)
                && steps.equals(that.steps)
                && targets.equals(that.targets);
    }

    @Override
    public int hashCode() {
        return Objects.hash(input, steps, targets);
    }

    @Override
    public String toString() {
        return input.describe() + ", " + steps.size() + " layers to " + get(shapes, last().name());
    }
}
