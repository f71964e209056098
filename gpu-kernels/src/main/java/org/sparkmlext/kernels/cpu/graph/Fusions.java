package org.sparkmlext.kernels.cpu.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Sum;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.plan.Readers;

/**
 * Which nodes run as part of another, and which not at all: an activation inside the op before it, ReLU inside batch
 * normalisation, forward and backward, the gradient of ReLU inside that of the max pooling behind it, and reshapes that a dense
 * layer looks through.
 */
final class Fusions {

    private final Graph graph;
    private final boolean isOn;
    private final Readers readers;
    /** Activation that a node applies to its output 0, by the node's id. */
    private final Map<Integer, Node> activations = new HashMap<>();
    /** Gradient a batch normalisation takes in place of that of its output, by the id of its gradient node. */
    private final Map<Integer, Value> gradientsOfNorms = new HashMap<>();

    /** Gradient of a ReLU that the gradient of a max pooling makes as well, by the latter's id. */
    private final Map<Integer, Node> gradientsOfPools = new HashMap<>();

    private final Set<Integer> absorbed = new HashSet<>();

    /** @param isOn else every node that is needed runs by itself, for one who looks at every value */
    Fusions(Graph graph, boolean isOn) {
        this.graph = graph;
        this.isOn = isOn;
        readers = new Readers(graph);
        graph.nodes().stream().filter(readers::isUnused).forEach(node -> absorbed.add(node.id()));
        if (isOn) {
            graph.nodes().forEach(this::fuse);
            graph.nodes().forEach(this::fusePool);
        }
    }

    private void fuse(Node node) {
        Node activation = readers.sole(node.output(0));
        if (absorbed.contains(node.id())
                || activation == null
                || !(activation.op() instanceof Activation function)
                || absorbed.contains(activation.id())) {
            return;
        }
        boolean isFused = false;
        if (node.op() instanceof Conv2d || node.op() instanceof Dense) {
            isFused = true;
        } else if (node.op() instanceof Sum) {
            isFused = node.inputs().size() == 2 && graph.type(node.output(0)).isNumeric();
        } else if (node.op() instanceof BatchNorm || node.op() instanceof BatchNorm.Inference) {
            isFused = function.function() == Activation.Function.RELU && fuseGradient(node, activation);
        }
        if (isFused) {
            activations.put(node.id(), activation);
            absorbed.add(activation.id());
        }
    }

    /** Whether the gradients of a normalisation and its activation can be one, where there are gradients at all. */
    private boolean fuseGradient(Node norm, Node activation) {
        if (norm.op() instanceof BatchNorm.Inference) {
            return true;
        }
        List<Node> gradientNodes = readers(norm.output(1)).stream()
                .filter(reader -> reader.op() instanceof BatchNorm.Gradient)
                .toList();
        if (gradientNodes.isEmpty()) {
            return true;
        }
        Node ofNorm = gradientNodes.get(0);
        Node ofActivation = graph.node(ofNorm.input(1));
        boolean isPair = gradientNodes.size() == 1
                && ofActivation.op() instanceof Activation.Gradient
                && ofActivation.input(1).equals(activation.output(0))
                && ofNorm.equals(readers.sole(ofActivation.output(0)));
        if (isPair) {
            gradientsOfNorms.put(ofNorm.id(), ofActivation.input(0));
            absorbed.add(ofActivation.id());
        }
        return isPair;
    }

    /**
     * The largest value of a window behind ReLU is above 0 exactly if the gradient goes on to where it came from: ReLU's gradient can be
     * taken of the pooled values, of which there are fewer, and the values before need not be kept.
     */
    private void fusePool(Node pool) {
        if (!(pool.op() instanceof MaxPool2d.Gradient) || absorbed.contains(pool.id())) {
            return;
        }
        Node behind = readers.sole(pool.output(0));
        if (behind != null
                && behind.op() instanceof Activation.Gradient gradient
                && gradient.function() == Activation.Function.RELU
                && !absorbed.contains(behind.id())
                && !isExported(behind.output(0))
                && behind.input(0).equals(pool.output(0))
                && behind.input(1).equals(graph.node(pool.input(1)).input(0))) {
            gradientsOfPools.put(pool.id(), behind);
            absorbed.add(behind.id());
        }
    }

    Readers readers() {
        return readers;
    }

    List<Node> readers(Value value) {
        return readers.of(value);
    }

    /** Whether the value is read outside the graph. */
    boolean isExported(Value value) {
        return readers.isExported(value);
    }

    /** Whether the node adds no step of its own. */
    boolean isAbsorbed(Node node) {
        return absorbed.contains(node.id());
    }

    /** The activation a node has to apply to its output, if any. */
    @Nullable
    Node activation(Node node) {
        return activations.get(node.id());
    }

    /** Where the result of a node goes: the activation's output if that is applied as well. */
    Value result(Node node) {
        Node activation = activation(node);
        return activation == null ? node.output(0) : activation.output(0);
    }

    /** The gradient that a batch normalisation's gradient starts from: behind the ReLU where that is fused. */
    Value gradientOfNorm(Node gradientNode) {
        return gradientsOfNorms.getOrDefault(gradientNode.id(), gradientNode.input(1));
    }

    /** The gradient of ReLU that the gradient of a max pooling has to make as well, if any. */
    @Nullable
    Node gradientOfPool(Node gradientNode) {
        return gradientsOfPools.get(gradientNode.id());
    }

    /** The images that a dense layer's rows are a reshape of, so that they need not be brought into plain order; else the rows. */
    Value unreshaped(Value rows) {
        Node made = graph.node(rows);
        return isOn
                        && made.op() instanceof Reshape
                        && graph.type(made.input(0)).shape().rank() == 4
                ? made.input(0)
                : rows;
    }
}
