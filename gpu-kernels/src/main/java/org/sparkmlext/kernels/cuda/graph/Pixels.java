package org.sparkmlext.kernels.cuda.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Multiply;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.StepsAsPixels;
import org.sparkmlext.kernels.graph.Sum;
import org.sparkmlext.kernels.graph.Value;

/** Compiles ops of images that lie as pixels, element by element by itself: {@code pixels.cu}. */
final class Pixels {

    private static final String FILE = "pixels";

    private final Compilation c;
    private final NormChains chains;
    private final PixelNorms norms;
    private final PixelPools pools;

    Pixels(Compilation c) {
        this.c = c;
        chains = new NormChains(c);
        norms = new PixelNorms(c, chains);
        pools = new PixelPools(c);
    }

    /** The node that a mistake in what {@code node} makes is a mistake of: the first of those that run as one. */
    Node start(Node node) {
        Node sum = sumBefore(node);
        return sum != null ? sum : chains.start(node);
    }

    /** The sum that a ReLU makes as well, since it alone reads it. */
    private @Nullable Node sumBefore(Node node) {
        if (!c.hasPixels(node.output(0))
                || !(node.op() instanceof Activation op)
                || op.function() != Activation.Function.RELU) {
            return null;
        }
        Node before = c.graph().node(node.input(0));
        return before.op() instanceof Sum && node.equals(c.readers().sole(node.input(0))) ? before : null;
    }

    /** Compiles a node, if its op computes on pixels. */
    boolean compile(Node node) {
        if (node.op() instanceof StepsAsPixels.Inverse && c.hasPixels(node.input(0))) {
            steps(node.input(0), "steps_of_pixels", c.readPixels(node.input(0)), c.make(node.output(0)));
            return true;
        }
        if (!c.hasPixels(node.output(0))) {
            return false;
        }
        if (node.op() instanceof Reshape && (c.isFlattened(node.output(0)) || c.isFlattened(node.input(0)))) {
            c.alias(node.output(0), node.input(0));
            return true;
        }
        return chains.isAbsorbed(node)
                || norms.finish(node)
                || compileNorm(node)
                || compilePool(node)
                || compileElements(node);
    }

    private boolean compileNorm(Node node) {
        Op op = node.op();
        if (op instanceof BatchNorm o) {
            norms.measure(node, o);
        } else if (op instanceof BatchNorm.Inference o) {
            norms.take(node, o);
        } else if (op instanceof BatchNorm.Gradient o) {
            norms.gradient(node, o);
        } else {
            return false;
        }
        return true;
    }

    private boolean compilePool(Node node) {
        Op op = node.op();
        if (op instanceof MaxPool2d o && PixelPools.isPossible(o.window())) {
            pools.max(node, o);
        } else if (op instanceof MaxPool2d.Gradient o && PixelPools.isPossible(o.window())) {
            pools.maxGradient(node, o);
        } else if (op instanceof AveragePool2d o) {
            pools.average(node, o);
        } else if (op instanceof AveragePool2d.Gradient o) {
            pools.averageGradient(node, o);
        } else {
            return false;
        }
        return true;
    }

    private boolean compileElements(Node node) {
        Op op = node.op();
        if (op instanceof Image o) {
            image(node, o);
        } else if (op instanceof Activation o) {
            activation(node, o);
        } else if (op instanceof Activation.Gradient o) {
            activationGradient(node, o);
        } else if (op instanceof Sum) {
            Node reader = c.readers().sole(node.output(0));
            if (reader == null || !node.equals(sumBefore(reader))) {
                sum(node, node.output(0), false);
            }
        } else if (op instanceof Multiply) {
            multiply(node);
        } else if (op instanceof StepsAsPixels) {
            steps(node.output(0), "pixels_of_steps", c.read(node.input(0)), c.makePixels(node.output(0)));
        } else if (op instanceof Dropout o) {
            dropout(node, o);
        } else if (op instanceof Dropout.Gradient o) {
            dropoutGradient(node, o);
        } else {
            return false;
        }
        return true;
    }

    private String file() {
        return c.pixelNumber().file(FILE);
    }

    private void each(Node node, String kernel, Object... arguments) {
        c.launches().each(file(), kernel, c.pixelShape(node.output(0)).allGroups(), arguments);
    }

    /** @param images the steps as pixels */
    private void steps(Value images, String kernel, Slot from, Slot to) {
        PixelShape shape = c.pixelShape(images);
        c.launches().each(c.pixelNumber().file("pixel_steps"), kernel, shape.allGroups(), from, to, shape.channels());
    }

    private void image(Node node, Image op) {
        boolean isByte = c.graph().type(node.input(0)).element() == Element.BYTE;
        each(
                node,
                isByte ? "pixels_of_bytes" : "pixels_of_floats",
                c.read(node.input(0)),
                c.constant(Elements.floats(op.scale())),
                c.constant(Elements.floats(op.shift())),
                c.makePixels(node.output(0)),
                op.scale().size());
    }

    private void activation(Node node, Activation op) {
        Node sum = sumBefore(node);
        if (sum != null) {
            sum(sum, node.output(0), true);
            return;
        }
        each(
                node,
                "activate_pixels",
                op.function().ordinal(),
                op.alpha(),
                c.readPixels(node.input(0)),
                c.makePixels(node.output(0)),
                c.pixelShape(node.output(0)).channels());
    }

    private void activationGradient(Node node, Activation.Gradient op) {
        each(
                node,
                "activate_pixels_gradient",
                op.function().ordinal(),
                op.alpha(),
                c.readPixels(node.input(0)),
                c.readPixels(node.input(1)),
                c.makePixels(node.output(0)));
    }

    /** In the order of the inputs. */
    private void sum(Node node, Value result, boolean hasRelu) {
        Slot y = c.makePixels(result);
        Slot sum = c.readPixels(node.input(0));
        List<Value> others = node.inputs().subList(1, node.inputs().size());
        for (int i = 0; i < others.size(); i++) {
            boolean isLast = i == others.size() - 1;
            each(node, "add_pixels", sum, c.readPixels(others.get(i)), y, hasRelu && isLast ? 1 : 0);
            sum = y;
        }
    }

    private void multiply(Node node) {
        Slot a = c.readPixels(node.input(0));
        each(node, "multiply_pixels", a, c.readPixels(node.input(1)), c.makePixels(node.output(0)));
    }

    private void dropout(Node node, Dropout op) {
        Slot x = c.readPixels(node.input(0));
        if (op.rate() == 0) {
            c.definePixels(node.output(0), x);
            return;
        }
        PixelShape shape = c.pixelShape(node.output(0));
        each(
                node,
                "drop_pixels",
                x,
                c.read(node.input(1)),
                c.key(),
                op.stream(),
                CounterRandom.threshold(op.rate()),
                1 / (1 - op.rate()),
                shape.channels(),
                shape.area(),
                c.makePixels(node.output(0)),
                c.makeOpaque(node.output(1), shape.allGroups()));
    }

    private void dropoutGradient(Node node, Dropout.Gradient op) {
        Slot dy = c.readPixels(node.input(0));
        if (op.rate() == 0) {
            c.definePixels(node.output(0), dy);
            return;
        }
        Slot dx = c.makePixels(node.output(0));
        each(node, "drop_pixels_gradient", dy, c.read(node.input(1)), 1 / (1 - op.rate()), dx);
    }
}
