package org.sparkmlext.net;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphBuilder;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.LossFunction;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Softmax;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.net.layer.Initialization;

/**
 * The graphs of a network: one that trains, one that measures a loss, one that scores, each for a batch size. Parameters and states
 * lie in the same places in all of them. Immutable; graphs are made anew at each call.
 *
 * <p>Inputs: {@link #INPUT} as {@link NetworkInput#type} says, with {@link #LENGTHS} where {@link NetworkInput#hasLengths}; where there is a loss {@link #TARGETS} (INT N classes or FLOAT N x targets,
 * as many as {@link LossFunction#numTargets} says)
 * and {@link #WEIGHTS} (FLOAT N); where there is dropout {@link #ROWS}.
 */
public final class NetworkGraphs {

    /** Input: the rows. */
    public static final String INPUT = "input";

    /** Input: INT N, steps of each row, at least 1; graphs of a {@link SequenceInput} with lengths have it. */
    public static final String LENGTHS = "lengths";

    /** Input: what is to be predicted. */
    public static final String TARGETS = "targets";

    /** Input: weights of the rows. */
    public static final String WEIGHTS = "weights";

    /** Input: numbers of the rows, LONG N, see {@link org.sparkmlext.kernels.graph.CounterRandom}. Training graphs with dropout have it. */
    public static final String ROWS = "rows";

    /** Sum: weighted number of rows predicted right, where the loss is a cross-entropy of classes or binary. */
    public static final String CORRECT = "correct";

    /** Sum: weighted squared error of the rows, each a mean over targets, where the loss is one of numbers. */
    public static final String SQUARED_ERROR = "squared-error";

    /** Sum: weighted absolute error of the rows, likewise. */
    public static final String ABSOLUTE_ERROR = "absolute-error";

    /** Output of a scoring graph: N x K, what the last layer gives. */
    public static final String LOGITS = "logits";

    /** Output of a scoring graph: N x K, see {@link Link}. */
    public static final String PROBABILITIES = "probabilities";

    /** Output of a scoring graph: N x ..., what a named layer gives. */
    public static final String EMBEDDINGS = "embeddings";

    /** What makes probabilities of logits. */
    public enum Link {
        /** There are none. */
        NONE,
        /** They add up to 1. */
        SOFTMAX,
        /** Each by itself. */
        SIGMOID
    }

    private final Architecture architecture;
    private final ModelLayout layout;
    private final Map<String, Initialization> parameters;
    private final Map<String, Float> states;

    /**
     * @param architecture with its head
     * @throws IllegalArgumentException if it does not end in a vector, has no parameters, or leaves the number of steps open
     */
    public NetworkGraphs(Architecture architecture) {
        this.architecture = architecture;
        if (architecture.input() instanceof SequenceInput sequence && sequence.isOpen()) {
            throw new IllegalArgumentException("the network's input is a " + sequence.describe()
                    + "; a network that is trained or scores has a number of steps. Give it one with withSteps.");
        }
        Step last = architecture.last();
        Shape end = architecture.shape(last.name());
        if (end.rank() != 1) {
            throw new IllegalArgumentException(last.describe() + " gives " + end
                    + "; a network that is trained ends in a vector. Add a dense layer or a global pooling.");
        }
        Lowering lowering = new Lowering(new GraphBuilder(1));
        architecture.lower(lowering, name -> false);
        layout = lowering.graph().build().layout();
        if (layout.parameters().length() == 0) {
            throw new IllegalArgumentException("no layer of the network has parameters; there is nothing to train");
        }
        parameters = Map.copyOf(lowering.parameters());
        states = Map.copyOf(lowering.states());
    }

    public Architecture architecture() {
        return architecture;
    }

    /** Where parameters and states lie, in every graph of this network; without sums. */
    public ModelLayout layout() {
        return layout;
    }

    /** Parameters before training, {@link #layout} long: a function of the seed and the parameters' names. */
    public float[] initialParameters(long seed) {
        float[] numbers = new float[layout.parameters().length()];
        for (FlatLayout.Entry entry : layout.parameters().entries()) {
            Initialization initialization = Objects.requireNonNull(parameters.get(entry.name()));
            initialization.fill(
                    seed, entry.name(), numbers, entry.offset(), entry.shape().elements());
        }
        return numbers;
    }

    /** States before training. */
    public float[] initialState() {
        float[] numbers = new float[layout.state().length()];
        for (FlatLayout.Entry entry : layout.state().entries()) {
            float initial = Objects.requireNonNull(states.get(entry.name()));
            Arrays.fill(numbers, entry.offset(), entry.end(), initial);
        }
        return numbers;
    }

    /**
     * First trained parameter, as an offset in the flat array; with null 0.
     *
     * @param freezeUntil name of the layer up to which, itself included, nothing is trained
     * @throws IllegalArgumentException if there is no such layer, or no parameter after it
     */
    public int trainedFrom(@Nullable String freezeUntil) {
        if (freezeUntil == null) {
            return 0;
        }
        int from = (int) architecture.end(architecture.indexOf(freezeUntil)).parameters();
        if (from == layout.parameters().length()) {
            throw new IllegalArgumentException(
                    "no layer after '" + freezeUntil + "' has parameters; there is nothing left to train");
        }
        return from;
    }

    /**
     * The step that trains all layers: sums {@link ModelLayout#LOSS}, {@link ModelLayout#WEIGHT} and, where there are hits or errors to
     * measure, {@link #CORRECT} or {@link #SQUARED_ERROR} and {@link #ABSOLUTE_ERROR}; no outputs.
     *
     * @param rows the batch size
     */
    public Graph trainingGraph(int rows, LossFunction loss) {
        return trainingGraph(rows, loss, null);
    }

    /**
     * The same with the first layers frozen: they compute as in scoring (no dropout, running means), and their parameters and states
     * stay. An optimiser for it needs {@link #trainedFrom}.
     *
     * @param freezeUntil name of the layer up to which, itself included, nothing is trained; null to train all
     */
    public Graph trainingGraph(int rows, LossFunction loss, @Nullable String freezeUntil) {
        int from = trainedFrom(freezeUntil);
        List<String> names = architecture.names();
        int firstTrained = freezeUntil == null ? 0 : architecture.indexOf(freezeUntil) + 1;
        Set<String> trained = new HashSet<>(names.subList(firstTrained, names.size()));
        Lowering lowering = new Lowering(new GraphBuilder(rows));
        GraphBuilder graph = lowering.graph();
        Node measured = measure(lowering, loss, trained::contains, graph::sum);
        return graph.buildTraining(name -> layout.parameters().entry(name).offset() >= from, measured.output(0));
    }

    /**
     * Measures a loss as in scoring: outputs {@link ModelLayout#LOSS}, {@link ModelLayout#WEIGHT} and, where there are hits or errors to
     * measure, {@link #CORRECT} or {@link #SQUARED_ERROR} and {@link #ABSOLUTE_ERROR}, one number each, added over the rows of the batch.
     */
    public Graph evaluationGraph(int rows, LossFunction loss) {
        Lowering lowering = new Lowering(new GraphBuilder(rows));
        measure(lowering, loss, name -> false, lowering.graph()::output);
        return lowering.graph().build();
    }

    private Node measure(
            Lowering lowering, LossFunction loss, Predicate<String> isTraining, BiConsumer<String, Value> take) {
        GraphBuilder graph = lowering.graph();
        Value logits = logits(architecture.lower(lowering, isTraining));
        Shape shape = graph.type(logits).shape();
        graph.layer("loss");
        int rows = graph.rows();
        Value targets = graph.input(
                TARGETS,
                loss.hasClassTarget()
                        ? new TensorType(Element.INT, Shape.of(rows))
                        : TensorType.floats(rows, loss.numTargets(shape.size(1))));
        Value weights = graph.input(WEIGHTS, TensorType.floats(rows));
        Node measured = graph.addNode(new Loss(loss), logits, targets, weights);
        take.accept(ModelLayout.LOSS, measured.output(0));
        take.accept(ModelLayout.WEIGHT, measured.output(1));
        if (countsHits(loss)) {
            take.accept(CORRECT, graph.add(new Correct(), logits, targets, weights));
        }
        if (measuresErrors(loss)) {
            take.accept(SQUARED_ERROR, graph.add(new Loss(new LossFunction.SquaredError()), logits, targets, weights));
            take.accept(
                    ABSOLUTE_ERROR, graph.add(new Loss(new LossFunction.AbsoluteError()), logits, targets, weights));
        }
        return measured;
    }

    /** Whether graphs with this loss count the rows predicted right, as {@link #CORRECT}. */
    public static boolean countsHits(LossFunction loss) {
        return loss instanceof LossFunction.CrossEntropy || loss instanceof LossFunction.BinaryCrossEntropy;
    }

    /** Whether graphs with this loss add up errors, as {@link #SQUARED_ERROR} and {@link #ABSOLUTE_ERROR}. */
    public static boolean measuresErrors(LossFunction loss) {
        return loss instanceof LossFunction.SquaredError
                || loss instanceof LossFunction.AbsoluteError
                || loss instanceof LossFunction.Huber;
    }

    /**
     * Scores rows: outputs {@link #LOGITS}, {@link #PROBABILITIES} unless the link is none, and {@link #EMBEDDINGS} where a layer is
     * named.
     *
     * @param embeddings a layer whose values are wanted, or null
     */
    public Graph scoringGraph(int rows, Link link, @Nullable String embeddings) {
        Lowering lowering = new Lowering(new GraphBuilder(rows));
        GraphBuilder graph = lowering.graph();
        Map<String, Value> values = architecture.lower(lowering, name -> false);
        Value logits = logits(values);
        graph.output(LOGITS, logits);
        if (link != Link.NONE) {
            graph.layer("link");
            Op op = link == Link.SOFTMAX ? new Softmax() : Activation.of(Activation.Function.SIGMOID);
            graph.output(PROBABILITIES, graph.add(op, logits));
        }
        if (embeddings != null) {
            graph.output(EMBEDDINGS, Objects.requireNonNull(values.get(architecture.requireLayer(embeddings))));
        }
        return graph.build();
    }

    private Value logits(Map<String, Value> values) {
        return Objects.requireNonNull(values.get(architecture.last().name()));
    }
}
