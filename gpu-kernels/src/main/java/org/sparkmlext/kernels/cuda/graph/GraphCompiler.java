package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.graph.Activation;
import org.sparkmlext.kernels.graph.AveragePool2d;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Concat;
import org.sparkmlext.kernels.graph.Conv2d;
import org.sparkmlext.kernels.graph.Correct;
import org.sparkmlext.kernels.graph.Dense;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Embedding;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.LastStep;
import org.sparkmlext.kernels.graph.LayerNorm;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.MaskSteps;
import org.sparkmlext.kernels.graph.MatMul;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.Multiply;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.PoolSteps;
import org.sparkmlext.kernels.graph.PositionalEncoding;
import org.sparkmlext.kernels.graph.Recurrent;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.ReverseSteps;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Slice;
import org.sparkmlext.kernels.graph.Softmax;
import org.sparkmlext.kernels.graph.Source;
import org.sparkmlext.kernels.graph.StepsAsPixels;
import org.sparkmlext.kernels.graph.StepsNorm;
import org.sparkmlext.kernels.graph.Sum;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.WindowDenorm;
import org.sparkmlext.kernels.graph.WindowNorm;
import org.sparkmlext.kernels.graph.WindowScale;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;

/** Turns the nodes of a graph into launches, in their order. */
final class GraphCompiler {

    private final Compilation c;
    private final Pixels pixels;
    private final TensorProducts tensorProducts;
    private final Heads heads;
    private final Elements elements;
    private final Products products;
    private final Convolutions convolutions;
    private final Pools pools;
    private final Norms norms;
    private final Objectives objectives;
    private final Sequences sequences;
    private final Recurrents recurrents;
    private final List<MadeBy> made = new ArrayList<>();
    /** Number of launches when a node was done. */
    private final int[] launchesAfter;
    /** Number of launches when the additive array was cleared where no value fills it. */
    private int cleared;

    GraphCompiler(Compilation c) {
        this.c = c;
        pixels = new Pixels(c);
        tensorProducts = new TensorProducts(c);
        heads = new Heads(c);
        elements = new Elements(c);
        products = new Products(c);
        convolutions = new Convolutions(c);
        pools = new Pools(c);
        norms = new Norms(c);
        objectives = new Objectives(c);
        sequences = new Sequences(c);
        recurrents = new Recurrents(c, products, sequences, norms);
        launchesAfter = new int[c.graph().nodes().size()];
    }

    /** Adds the launches of all nodes. */
    void compile() {
        if (c.graph().isTraining()) {
            c.launches().begin("additive", "clear");
            new AdditiveClear(c).compile();
        }
        cleared = c.launches().size();
        tensorProducts.packWeights();
        for (Node node : c.graph().nodes()) {
            if (!c.readers().isUnused(node)) {
                compile(node);
            }
            launchesAfter[node.id()] = c.launches().size();
        }
        c.launches().begin("output", "output");
        c.graph().outputs().forEach((name, value) -> {
            Slot target = c.memory().output(name);
            if (c.read(value) != target) {
                c.copy(c.read(value), target, c.elements(value));
            }
        });
    }

    /** What nodes have made, in their order. */
    List<MadeBy> made() {
        return made;
    }

    /** Parts of the additive array by the number of launches after which they are complete. */
    Map<Integer, List<AdditiveParts.Part>> partsComplete() {
        Map<Integer, List<AdditiveParts.Part>> complete = new LinkedHashMap<>();
        if (c.graph().isTraining()) {
            for (AdditiveParts.Part part :
                    c.additive().parts(c.memory().layout().additiveLength())) {
                int after = part.node() < 0 ? cleared : launchesAfter[part.node()];
                complete.computeIfAbsent(after, n -> new ArrayList<>()).add(part);
            }
        }
        return complete;
    }

    private void compile(Node node) {
        c.launches().begin(node);
        int before = c.launches().size();
        try {
            dispatch(node);
            boolean isComputed = c.launches().size() > before;
            for (int i = 0; i < node.types().size(); i++) {
                Value value = node.output(i);
                fill(value);
                if ((isComputed || c.isMadeAhead(value)) && node.types().get(i).isNumeric() && c.isMade(value)) {
                    made.add(c.made(pixels.start(node), value));
                }
            }
        } catch (KernelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new KernelException(
                    "layer '" + node.layer() + "': " + node.op().name() + " of "
                            + node.inputs().stream().map(c.graph()::type).toList() + " cannot be compiled for CUDA: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Brings a value to its places in the additive array, unless it was made there. */
    private void fill(Value value) {
        for (AdditiveParts.Place place : c.additive().places(value)) {
            if (!c.isMadeInPlace(value)) {
                Slot target = c.memory().additive(place.from(), place.length());
                c.launches().each("elements", "scale", place.length(), c.read(value), place.factor(), target);
            }
        }
    }

    private void dispatch(Node node) {
        Op op = node.op();
        if (pixels.compile(node) || tensorProducts.compile(node) || heads.compile(node)) {
            return;
        }
        if (op instanceof Source o) {
            c.define(node.output(0), c.memory().source(o));
        } else if (op instanceof Dense) {
            products.dense(node);
        } else if (op instanceof Dense.InputGradient) {
            products.rowGradient(node);
        } else if (op instanceof Dense.WeightGradient) {
            products.weightGradient(node);
        } else if (op instanceof MatMul o) {
            products.matMul(node, o);
        } else if (op instanceof Conv2d o) {
            convolutions.forward(node, o);
        } else if (op instanceof Conv2d.InputGradient o) {
            convolutions.imageGradient(node, o);
        } else if (op instanceof Conv2d.WeightGradient o) {
            convolutions.weightGradient(node, o);
        } else if (op instanceof MaxPool2d o) {
            pools.max(node, o);
        } else if (op instanceof MaxPool2d.Gradient o) {
            pools.maxGradient(node, o);
        } else if (op instanceof AveragePool2d o) {
            pools.average(node, o);
        } else if (op instanceof AveragePool2d.Gradient o) {
            pools.averageGradient(node, o);
        } else if (op instanceof BatchNorm o) {
            norms.batch(node, o);
        } else if (op instanceof BatchNorm.Gradient o) {
            norms.batchGradient(node, o);
        } else if (op instanceof BatchNorm.Inference o) {
            norms.inference(node, o);
        } else if (op instanceof LayerNorm o) {
            norms.layer(node, o);
        } else if (op instanceof LayerNorm.Gradient o) {
            norms.layerGradient(node, o);
        } else {
            dispatchElements(node, op);
        }
    }

    private void dispatchElements(Node node, Op op) {
        if (op instanceof Activation o) {
            elements.activation(node, o);
        } else if (op instanceof Activation.Gradient o) {
            elements.activationGradient(node, o);
        } else if (op instanceof Sum) {
            elements.sum(node);
        } else if (op instanceof Multiply) {
            elements.multiply(node);
        } else if (op instanceof Concat o) {
            elements.concat(node, o);
        } else if (op instanceof Slice o) {
            elements.slice(node, o);
        } else if (op instanceof Slice.Gradient o) {
            elements.sliceGradient(node, o);
        } else if (op instanceof Reshape) {
            c.define(node.output(0), c.read(node.input(0)));
        } else if (op instanceof Dropout o) {
            elements.dropout(node, o);
        } else if (op instanceof Dropout.Gradient o) {
            elements.dropoutGradient(node, o);
        } else if (op instanceof Image o) {
            elements.image(node, o);
        } else if (op instanceof StepsAsPixels) {
            elements.stepsAsPixels(node);
        } else if (op instanceof StepsAsPixels.Inverse) {
            elements.pixelsAsSteps(node);
        } else if (op instanceof PositionalEncoding) {
            elements.encode(node);
        } else if (op instanceof Softmax) {
            softmax(node);
        } else if (op instanceof Softmax.Gradient) {
            objectives.softmaxGradient(node);
        } else if (op instanceof Loss || op instanceof Loss.Gradient || op instanceof Correct) {
            objectives.compile(node);
        } else {
            dispatchSequences(node, op);
        }
    }

    private void dispatchSequences(Node node, Op op) {
        if (op instanceof Recurrent o) {
            recurrents.forward(node, o);
        } else if (op instanceof Recurrent.Gradient o) {
            recurrents.gradient(node, o);
        } else if (op instanceof MaskSteps) {
            sequences.steps(node, "mask_steps");
        } else if (op instanceof ReverseSteps) {
            sequences.steps(node, "reverse_steps");
        } else if (op instanceof LastStep) {
            sequences.steps(node, "last_step");
        } else if (op instanceof LastStep.Gradient o) {
            sequences.steps(node, "last_step_gradient", o.steps());
        } else if (op instanceof PoolSteps o) {
            sequences.pool(node, o);
        } else if (op instanceof PoolSteps.Gradient o) {
            sequences.poolGradient(node, o);
        } else if (op instanceof StepsNorm o) {
            sequences.norm(node, o);
        } else if (op instanceof StepsNorm.Gradient o) {
            sequences.normGradient(node, o);
        } else if (op instanceof WindowScale o) {
            sequences.scale(node, o);
        } else if (op instanceof WindowNorm) {
            sequences.normalize(node);
        } else if (op instanceof WindowDenorm o) {
            sequences.denormalize(node, o);
        } else if (op instanceof WindowDenorm.Gradient o) {
            sequences.denormalizeGradient(node, o);
        } else if (op instanceof Embedding) {
            sequences.embed(node);
        } else if (op instanceof Embedding.Gradient o) {
            sequences.embedGradient(node, o);
        } else {
            throw new IllegalStateException("no compiler for " + op.name());
        }
    }

    private void softmax(Node node) {
        Shape x = c.shape(node.input(0));
        objectives.softmax(node, sequences.lengths(node, 1, x.size(x.rank() - 1)));
    }
}
