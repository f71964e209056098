package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
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
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.LastStep;
import org.sparkmlext.kernels.graph.LayerNorm;
import org.sparkmlext.kernels.graph.Loss;
import org.sparkmlext.kernels.graph.MaskSteps;
import org.sparkmlext.kernels.graph.MatMul;
import org.sparkmlext.kernels.graph.MaxPool2d;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.Multiply;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Op;
import org.sparkmlext.kernels.graph.PoolSteps;
import org.sparkmlext.kernels.graph.PositionalEncoding;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Recurrent;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.ReverseSteps;
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

/** Turns the nodes of a graph into steps, in their order. */
final class GraphCompiler {

    private final Compilation c;
    private final ProgramMemory memory;
    private final AdditiveArray additive;
    private final Activations activations;
    private final BatchNorms norms;
    private final Combinations combinations;
    private final Convolutions convolutions;
    private final DenseLayers denseLayers;
    private final Dropouts dropouts;
    private final Losses losses;
    private final Parts parts;
    private final Poolings poolings;
    private final Recurrents recurrents;
    private final Sequences sequences;
    private final Softmaxes softmaxes;
    /** Number of steps when a node was done. */
    private final int[] stepsAfter;

    GraphCompiler(
            Graph graph,
            Precision precision,
            boolean isFused,
            ProgramMemory memory,
            engine engine,
            NativeObjects kept) {
        this.memory = memory;
        StepList steps = new StepList(engine, kept);
        Fusions fusions = new Fusions(graph, isFused);
        additive = new AdditiveArray(
                graph, new AdditiveParts(graph, memory.layout()), fusions.readers(), memory.additive());
        memory.data_type number = precision == Precision.BFLOAT16 ? Layouts.BF16 : Layouts.F32;
        c = new Compilation(graph, number, steps, new Values(steps), fusions, additive);
        activations = new Activations(c);
        norms = new BatchNorms(c);
        combinations = new Combinations(c);
        convolutions = new Convolutions(c);
        denseLayers = new DenseLayers(c);
        dropouts = new Dropouts(c);
        losses = new Losses(c);
        parts = new Parts(c);
        poolings = new Poolings(c, activations);
        sequences = new Sequences(c);
        recurrents = new Recurrents(c, sequences);
        softmaxes = new Softmaxes(c);
        stepsAfter = new int[graph.nodes().size()];
    }

    /** Adds the steps of all nodes. */
    StepList compile() {
        if (c.graph().isTraining()) {
            c.steps().begin("additive", "clear");
            clearGaps();
        }
        for (Node node : c.graph().nodes()) {
            if (!c.fusions().isAbsorbed(node)) {
                compile(node);
            }
            stepsAfter[node.id()] = c.steps().size();
        }
        c.steps().begin("output", "output");
        c.graph().outputs().forEach((name, value) -> copy(value, memory.output(name)));
        return c.steps();
    }

    /** Parts of the additive array by the number of steps after which they are complete. */
    Map<Integer, List<AdditiveParts.Part>> completeAfter() {
        Map<Integer, List<AdditiveParts.Part>> complete = new LinkedHashMap<>();
        if (c.graph().isTraining()) {
            for (AdditiveParts.Part part :
                    additive.parts().parts(memory.layout().additiveLength())) {
                int steps = part.node() < 0 ? 1 : stepsAfter[part.node()];
                complete.computeIfAbsent(steps, s -> new ArrayList<>()).add(part);
            }
        }
        return complete;
    }

    /** What no value fills is 0, but for the number of rows, and states that no statistic follows, which stand for themselves. */
    private void clearGaps() {
        ModelLayout layout = memory.layout();
        NativeBuffer target = memory.additive();
        NativeBuffer state = memory.state();
        List<AdditiveParts.Part> gaps = additive.parts().gaps(layout.additiveLength());
        List<AdditiveParts.Part> states = additive.parts().gapsWithin(layout.statisticsFrom(), layout.rowsAt());
        float rows = c.graph().rows();
        c.steps().add("java", binding -> key -> {
            for (AdditiveParts.Part gap : gaps) {
                Pointer.memset(target.at(gap.from()), 0, (long) (gap.to() - gap.from()) * Float.BYTES);
            }
            for (AdditiveParts.Part gap : states) {
                float[] values = new float[gap.to() - gap.from()];
                state.copyOut(gap.from() - layout.statisticsFrom(), values, 0, values.length);
                for (int i = 0; i < values.length; i++) {
                    values[i] *= rows;
                }
                target.copyIn(gap.from(), values, 0, values.length);
            }
            target.copyIn(layout.rowsAt(), new float[] {rows}, 0, 1);
        });
    }

    private void compile(Node node) {
        c.steps().begin(node);
        try {
            dispatch(node);
            for (int i = 0; i < node.types().size(); i++) {
                fill(node.output(i));
            }
            Node activation = c.fusions().activation(node);
            if (activation != null) {
                fill(activation.output(0));
            }
        } catch (KernelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new KernelException(
                    "layer '" + node.layer() + "': " + node.op().name() + " of "
                            + node.inputs().stream().map(c.graph()::type).toList() + " cannot be compiled for the CPU: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Brings a value to its places in the additive array, unless its step has written it there. */
    private void fill(Value value) {
        Tensor target = additive.target(value);
        for (AdditiveParts.Place place : additive.parts().places(value)) {
            if (place.factor() != 1) {
                scale(value, place);
            } else if (target == null || !c.values().lies(value, target)) {
                copy(value, additive.tensor(place));
            }
        }
    }

    private void copy(Value value, Tensor flat) {
        memory.desc plain = Layouts.plain(Layouts.F32, c.shape(value));
        c.steps().reorder(c.values().get(value, plain), flat.as(plain));
    }

    private void scale(Value value, AdditiveParts.Place place) {
        Tensor from = c.readPlain(value);
        Tensor to = additive.tensor(place);
        c.steps()
                .add("java", binding -> {
                    FloatBuffer source = binding.bytes(from).asFloatBuffer();
                    FloatBuffer target = binding.bytes(to).asFloatBuffer();
                    return key -> {
                        for (int i = 0; i < place.length(); i++) {
                            target.put(i, source.get(i) * place.factor());
                        }
                    };
                })
                .read(from)
                .write(to);
    }

    private void source(Node node, Source source) {
        Value value = node.output(0);
        switch (source.kind()) {
            case INPUT -> c.values().define(value, memory.input(source));
            case PARAMETER ->
                c.values()
                        .defineSource(
                                value, flat(memory.parameters(), memory.layout().parameters(), source));
            case STATE ->
                c.values()
                        .defineSource(
                                value, flat(memory.state(), memory.layout().state(), source));
        }
    }

    private static Tensor flat(NativeBuffer buffer, FlatLayout layout, Source source) {
        FlatLayout.Entry entry = layout.entry(source.name());
        long bytes = (long) entry.shape().elements() * Float.BYTES;
        return new Tensor(Layouts.plain(Layouts.F32, entry.shape()), Storage.given(bytes, buffer.at(entry.offset())));
    }

    private void dispatch(Node node) {
        Op op = node.op();
        if (op instanceof Source o) {
            source(node, o);
        } else if (op instanceof Image o) {
            new Images(c).forward(node, o);
        } else if (op instanceof Conv2d o) {
            convolutions.forward(node, o);
        } else if (op instanceof Conv2d.InputGradient o) {
            convolutions.inputGradient(node, o);
        } else if (op instanceof Conv2d.WeightGradient o) {
            convolutions.weightGradient(node, o);
        } else if (op instanceof Dense) {
            denseLayers.forward(node);
        } else if (op instanceof Dense.InputGradient o) {
            denseLayers.inputGradient(node, o);
        } else if (op instanceof Dense.WeightGradient o) {
            denseLayers.weightGradient(node, o);
        } else if (op instanceof BatchNorm o) {
            norms.forward(node, o);
        } else if (op instanceof BatchNorm.Gradient o) {
            norms.gradient(node, o);
        } else if (op instanceof BatchNorm.Inference o) {
            norms.inference(node, o);
        } else if (op instanceof Activation o) {
            activations.forward(node, o);
        } else if (op instanceof Activation.Gradient) {
            activations.gradient(node);
        } else if (op instanceof MaxPool2d o) {
            poolings.max(node, o);
        } else if (op instanceof MaxPool2d.Gradient o) {
            poolings.maxGradient(node, o);
        } else if (op instanceof AveragePool2d o) {
            poolings.average(node, o);
        } else if (op instanceof AveragePool2d.Gradient o) {
            poolings.averageGradient(node, o);
        } else {
            dispatchRest(node, op);
        }
    }

    private void dispatchRest(Node node, Op op) {
        if (op instanceof Dropout o) {
            dropouts.forward(node, o);
        } else if (op instanceof Dropout.Gradient o) {
            dropouts.gradient(node, o);
        } else if (op instanceof Sum) {
            combinations.sum(node);
        } else if (op instanceof Multiply) {
            combinations.multiply(node);
        } else if (op instanceof Concat o) {
            combinations.concat(node, o);
        } else if (op instanceof Slice o) {
            parts.slice(node, o);
        } else if (op instanceof Slice.Gradient o) {
            parts.gradient(node, o);
        } else if (op instanceof Reshape o) {
            parts.reshape(node, o);
        } else if (op instanceof Softmax) {
            softmaxes.forward(node);
        } else if (op instanceof Softmax.Gradient) {
            softmaxes.gradient(node);
        } else if (op instanceof Loss o) {
            losses.loss(node, o.function());
        } else if (op instanceof Loss.Gradient o) {
            losses.gradient(node, o);
        } else if (op instanceof Correct o) {
            losses.correct(node, o);
        } else {
            dispatchSequence(node, op);
        }
    }

    private void dispatchSequence(Node node, Op op) {
        if (op instanceof Recurrent o) {
            recurrents.forward(node, o);
        } else if (op instanceof Recurrent.Gradient o) {
            recurrents.gradient(node, o);
        } else if (op instanceof ReverseSteps) {
            sequences.reverse(node);
        } else if (op instanceof LastStep) {
            sequences.last(node);
        } else if (op instanceof LastStep.Gradient o) {
            sequences.lastGradient(node, o);
        } else if (op instanceof StepsAsPixels) {
            parts.stepsAsPixels(node);
        } else if (op instanceof StepsAsPixels.Inverse) {
            parts.pixelsAsSteps(node);
        } else if (op instanceof MatMul o) {
            combinations.matMul(node, o);
        } else if (op instanceof MaskSteps) {
            sequences.mask(node);
        } else if (op instanceof PoolSteps o) {
            new StepPools(c).forward(node, o);
        } else if (op instanceof PoolSteps.Gradient o) {
            new StepPools(c).gradient(node, o);
        } else if (op instanceof WindowScale o) {
            new Windows(c).scale(node, o);
        } else if (op instanceof WindowNorm) {
            new Windows(c).normalize(node);
        } else if (op instanceof WindowDenorm o) {
            new Windows(c).denormalize(node, o);
        } else if (op instanceof WindowDenorm.Gradient o) {
            new Windows(c).denormalizeGradient(node, o);
        } else {
            dispatchNorm(node, op);
        }
    }

    private void dispatchNorm(Node node, Op op) {
        if (op instanceof StepsNorm o) {
            new StepsNorms(c).forward(node, o);
        } else if (op instanceof StepsNorm.Gradient o) {
            new StepsNorms(c).gradient(node, o);
        } else if (op instanceof LayerNorm o) {
            new LayerNorms(c).forward(node, o);
        } else if (op instanceof LayerNorm.Gradient o) {
            new LayerNorms(c).gradient(node, o);
        } else if (op instanceof Embedding) {
            new Embeddings(c).forward(node);
        } else if (op instanceof Embedding.Gradient o) {
            new Embeddings(c).gradient(node, o);
        } else if (op instanceof PositionalEncoding) {
            new Embeddings(c).encode(node);
        } else {
            throw new IllegalStateException("no compiler for " + op.name());
        }
    }
}
