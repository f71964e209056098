package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.Window2d;
import org.sparkmlext.kernels.graph.plan.Readers;

/**
 * What runs in one pass with a batch normalisation of pixels: the ReLU behind it; behind that a max pooling of 2 x 2 pixels; behind that
 * a dropout. With one of rows ({@link RowForms}): a ReLU and a dropout, either of which may be missing. Forward the values between them are
 * not made, so nobody else may read them; their gradients run in one pass likewise.
 */
final class NormChains {

    private static final Window2d HALVE = Window2d.square(2).stride(2);
    private static final Dropout NO_DROPOUT = new Dropout(0, 0);

    /**
     * A normalisation and what runs with it.
     *
     * @param norm {@link BatchNorm} or {@link BatchNorm.Inference}
     * @param nodes from the normalisation to the last one, in their order
     * @param gradientFrom gradient of the chain's result; null if no gradient is wanted
     */
    record Chain(
            Node norm,
            boolean hasRelu,
            @Nullable Node pool,
            @Nullable Node dropout,
            List<Node> nodes,
            @Nullable Value gradientFrom) {

        Node last() {
            return nodes.get(nodes.size() - 1);
        }

        /** Whether it is one of rows whose statistics are measured: {@link RowNorms}. */
        boolean isOfRows(Compilation c) {
            return NormChains.isOfRows(c, norm);
        }

        /** What dropout multiplies by; 1 if there is none. */
        float dropFactor() {
            return 1 / (1 - drop().rate());
        }

        /** The op of the dropout; one that drops nothing if there is none. */
        Dropout drop() {
            return dropout != null && dropout.op() instanceof Dropout op ? op : NO_DROPOUT;
        }
    }

    private final Compilation c;
    private final Readers readers;
    /** By the id of the normalisation. */
    private final Map<Integer, Chain> byNorm = new HashMap<>();
    /** By the id of the last node. */
    private final Map<Integer, Chain> byLast = new HashMap<>();
    /** By the id of the normalisation's gradient. */
    private final Map<Integer, Chain> byGradient = new HashMap<>();

    private final Set<Integer> absorbed = new HashSet<>();

    NormChains(Compilation c) {
        this.c = c;
        readers = c.readers();
        for (Node node : c.graph().nodes()) {
            boolean isNorm = node.op() instanceof BatchNorm || node.op() instanceof BatchNorm.Inference;
            if (isNorm && c.hasPixels(node.output(0)) && !readers.isUnused(node)) {
                new Search(node).run();
            }
        }
    }

    /** Whether a node adds no launches, since others do its work: its values are not made. */
    boolean isAbsorbed(Node node) {
        return absorbed.contains(node.id());
    }

    /** The chain that begins with a normalisation. */
    Chain startingWith(Node norm) {
        Chain chain = byNorm.get(norm.id());
        if (chain == null) {
            throw new IllegalStateException(norm + " is no normalisation of pixels");
        }
        return chain;
    }

    /** The chain that ends with a node. */
    @Nullable
    Chain endingWith(Node node) {
        return byLast.get(node.id());
    }

    /** The chain whose gradient begins with that of its normalisation. */
    @Nullable
    Chain ofGradient(Node gradient) {
        return byGradient.get(gradient.id());
    }

    /** The first node of those that run with this one. */
    Node start(Node node) {
        Chain chain = endingWith(node);
        return chain == null ? node : chain.norm();
    }

    private static boolean isOfRows(Compilation c, Node norm) {
        return norm.op() instanceof BatchNorm && c.shape(norm.input(0)).rank() == 2;
    }

    private boolean isReadBy(Value value, Node... nodes) {
        return !readers.isExported(value)
                && readers.of(value).size() == nodes.length
                && Set.copyOf(readers.of(value)).equals(Set.of(nodes));
    }

    /** Grows one chain node by node, its gradient beside it. */
    private final class Search {

        private final Node norm;
        /** Gradient of the normalisation; null if there is none. */
        private @Nullable Node ofNorm;
        /** Gradient of the last node taken. */
        private @Nullable Node ofLast;

        private final List<Node> nodes = new ArrayList<>();
        private boolean hasRelu;
        private @Nullable Node pool;
        private @Nullable Node dropout;

        Search(Node norm) {
            this.norm = norm;
            nodes.add(norm);
        }

        void run() {
            boolean isOneGradient = true;
            if (norm.op() instanceof BatchNorm) {
                List<Node> gradients = readers.of(norm.output(1));
                isOneGradient = gradients.size() <= 1;
                ofNorm = gradients.size() == 1 ? gradients.get(0) : null;
                ofLast = ofNorm;
            }
            if (isOneGradient && (takeRelu() && takePool() || isOfRows(c, norm))) {
                takeDropout();
            }
            Node last = ofLast;
            Value from = last == null ? null : last.input(last.equals(ofNorm) ? 1 : 0);
            Chain chain = new Chain(norm, hasRelu, pool, dropout, List.copyOf(nodes), from);
            byNorm.put(norm.id(), chain);
            byLast.put(chain.last().id(), chain);
            nodes.subList(1, nodes.size()).stream()
                    .filter(node -> !node.equals(chain.last()))
                    .forEach(node -> absorbed.add(node.id()));
            Node gradient = ofNorm;
            if (gradient != null) {
                byGradient.put(gradient.id(), chain);
            }
        }

        /** Takes a node, and its gradient, which is read by that of the node before alone. */
        private void take(Node node, @Nullable Node gradient) {
            nodes.add(node);
            ofLast = gradient;
            if (gradient != null) {
                absorbed.add(gradient.id());
            }
        }

        /** The node that makes the gradient which the last one taken reads, if it alone does. */
        private @Nullable Node before() {
            Node last = ofLast;
            if (last == null) {
                return null;
            }
            Value read = last.input(last.equals(ofNorm) ? 1 : 0);
            return isReadBy(read, last) ? c.graph().node(read) : null;
        }

        private boolean takeRelu() {
            Node relu = readers.sole(norm.output(0));
            if (relu == null
                    || !(relu.op() instanceof Activation activation)
                    || activation.function() != Activation.Function.RELU) {
                return false;
            }
            Node gradient = before();
            if (ofNorm != null
                    && (gradient == null
                            || !(gradient.op() instanceof Activation.Gradient)
                            || !gradient.input(1).equals(relu.output(0)))) {
                return false;
            }
            hasRelu = true;
            take(relu, gradient);
            return true;
        }

        private boolean takePool() {
            Node relu = nodes.get(1);
            Node ofRelu = ofLast;
            Node found = readers.of(relu.output(0)).stream()
                    .filter(reader -> reader.op() instanceof MaxPool2d)
                    .findFirst()
                    .orElse(null);
            if (found == null || !(found.op() instanceof MaxPool2d op) || !isHalved(relu.output(0), op.window())) {
                return false;
            }
            Node gradient = before();
            boolean isAlone = ofRelu == null
                    ? isReadBy(relu.output(0), found)
                            && readers.of(found.output(1)).isEmpty()
                    : isReadBy(relu.output(0), found, ofRelu)
                            && gradient != null
                            && gradient.op() instanceof MaxPool2d.Gradient
                            && gradient.input(1).equals(found.output(1))
                            && isReadBy(found.output(1), gradient);
            if (isAlone) {
                pool = found;
                take(found, gradient);
            }
            return isAlone;
        }

        /** Whether each pixel lies in one window of 2 x 2. */
        private boolean isHalved(Value images, Window2d window) {
            PixelShape shape = c.pixelShape(images);
            return window.equals(HALVE) && shape.height() % 2 == 0 && shape.width() % 2 == 0;
        }

        private void takeDropout() {
            Node ofTaken = ofLast;
            Value taken = nodes.get(nodes.size() - 1).output(0);
            Node found = readers.of(taken).stream()
                    .filter(reader -> reader.op() instanceof Dropout)
                    .findFirst()
                    .orElse(null);
            if (found == null || !(found.op() instanceof Dropout op) || op.rate() == 0) {
                return;
            }
            // The gradient of a ReLU reads its result, too.
            if (!isReadBy(taken, found) && (ofTaken == null || !isReadBy(taken, found, ofTaken))) {
                return;
            }
            Node gradient = before();
            boolean isAlone = ofTaken == null
                    ? readers.of(found.output(1)).isEmpty()
                    : gradient != null
                            && gradient.op() instanceof Dropout.Gradient
                            && gradient.input(1).equals(found.output(1))
                            && isReadBy(found.output(1), gradient);
            if (isAlone) {
                dropout = found;
                take(found, gradient);
            }
        }
    }
}
