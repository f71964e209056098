package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Multiply;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Sum;
import org.sparkmlext.kernels.graph.Value;

/**
 * Which values N x features lie as pixels in a program of bfloat16, rather than as plain float32, so that nothing is converted between the
 * ops that make and read them:
 *
 * <ul>
 *   <li>rows, images of one pixel: what a dense layer on tensor cores makes or reads, and all that is computed of it element by element;
 *   <li>flattened images: what a reshape makes of images, or such a layer makes for one to turn into images. They are those images as they
 *       lie; the layer has its weights in their order instead.
 * </ul>
 */
final class RowForms {

    private final Graph graph;
    private final Map<Value, PixelShape> flattened = new HashMap<>();
    /** The next value of those that must have one form; one that is missing or its own stands for its group. */
    private final Map<Value, Value> groups = new HashMap<>();

    private final Set<Value> rows = new HashSet<>();

    RowForms(Graph graph) {
        this.graph = graph;
        graph.nodes().forEach(this::noteReshape);
        Set<Value> plain = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (isByElement(node.op())) {
                join(node, plain);
            }
        }
        Set<Value> wanted = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (TensorProducts.isLargeDense(graph, node)) {
                rowsOf(node).forEach(value -> wanted.add(group(value)));
            }
        }
        plain.forEach(value -> wanted.remove(group(value)));
        for (Node node : graph.nodes()) {
            rowsOf(node).stream()
                    .filter(value -> wanted.contains(group(value)) && !flattened.containsKey(value))
                    .forEach(rows::add);
        }
    }

    private static boolean isByElement(Op op) {
        return op instanceof Activation
                || op instanceof Activation.Gradient
                || op instanceof BatchNorm
                || op instanceof BatchNorm.Gradient
                || op instanceof BatchNorm.Inference
                || op instanceof Dropout
                || op instanceof Dropout.Gradient
                || op instanceof Sum
                || op instanceof Multiply;
    }

    private void noteReshape(Node node) {
        if (!(node.op() instanceof Reshape)) {
            return;
        }
        Value from = node.input(0);
        Value to = node.output(0);
        if (isImages(from) && isRows(to)) {
            flatten(to, from);
        } else if (isRows(from) && isImages(to) && graph.node(from).op() instanceof Dense.InputGradient) {
            flatten(from, to);
        }
    }

    private void flatten(Value flat, Value images) {
        PixelShape shape = PixelShape.of(graph.type(images).shape());
        if (shape.isOfRows()) {
            flattened.put(flat, shape);
        }
    }

    private boolean isImages(Value value) {
        return graph.type(value).element() == Element.NUMBER && shape(value).rank() == 4;
    }

    private boolean isRows(Value value) {
        return graph.type(value).element() == Element.NUMBER && shape(value).rank() == 2;
    }

    private Shape shape(Value value) {
        return graph.type(value).shape();
    }

    /** Values N x features that a node reads and makes; of what an op's gradient alone understands, what was made with it. */
    private List<Value> rowsOf(Node node) {
        List<Value> values = new ArrayList<>();
        for (Value input : node.inputs()) {
            Value read = graph.type(input).element() == Element.OPAQUE
                    ? graph.node(input).output(0)
                    : input;
            if (isRows(read)) {
                values.add(read);
            }
        }
        if (isRows(node.output(0))) {
            values.add(node.output(0));
        }
        return values;
    }

    /**
     * All that an op computes of element by element has one form.
     *
     * @param plain takes a value of each group that cannot be rows, since features of images lie in another order
     */
    private void join(Node node, Set<Value> plain) {
        List<Value> values = rowsOf(node);
        for (Value value : values) {
            PixelShape flat = flattened.get(value);
            if (flat == null) {
                groups.put(group(value), group(values.get(0)));
            }
            if (flat != null && flat.area() > 1) {
                plain.addAll(values);
            }
        }
    }

    private Value group(Value value) {
        Value next = groups.getOrDefault(value, value);
        return next.equals(value) ? value : group(next);
    }

    /** Whether values lie as pixels. */
    boolean has(Value value) {
        return rows.contains(value) || flattened.containsKey(value);
    }

    /** Whether a value lies as images do that it has the features of. */
    boolean isFlattened(Value value) {
        return flattened.containsKey(value);
    }

    /** The pixels of a value that {@link #has} them. */
    PixelShape shapeOf(Value value) {
        PixelShape flat = flattened.get(value);
        return flat != null
                ? flat
                : new PixelShape(shape(value).size(0), shape(value).size(1), 1, 1);
    }
}
