package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * A graph computed naively: node by node, in doubles, in plain order.
 *
 * <p>With {@link Precision#BFLOAT16} every NUMBER and every weight of a convolution or dense layer is rounded to 8 bits of mantissa,
 * which shows what that precision costs at least; sums stay doubles.
 */
public final class ReferenceInterpreter {

    /**
     * What a graph is computed from.
     *
     * @param inputs by name
     * @param parameters flat, see {@link FlatLayout}
     * @param state flat
     */
    public record Feed(Map<String, Tensor> inputs, double[] parameters, double[] state, RunKey key) {}

    /** All values of a graph after a run, by node and output. */
    public record Values(Graph graph, Tensor[][] all) {

        Tensor get(Value value) {
            return all[value.node()][value.output()];
        }

        /** What a training graph leaves in {@link ModelMemory#additive}. */
        double[] additive(double[] state) {
            ModelLayout layout = graph.layout();
            double[] additive = new double[layout.additiveLength()];
            graph.gradients().forEach((name, value) -> {
                double[] gradient = get(value).numbers();
                System.arraycopy(
                        gradient, 0, additive, layout.parameters().entry(name).offset(), gradient.length);
            });
            for (FlatLayout.Entry entry : layout.state().entries()) {
                Value value = graph.statistics().get(entry.name());
                for (int i = entry.offset(); i < entry.end(); i++) {
                    double statistic = value == null ? state[i] : get(value).numbers()[i - entry.offset()];
                    additive[layout.statisticsFrom() + i] = statistic * graph.rows();
                }
            }
            additive[layout.rowsAt()] = graph.rows();
            graph.sums()
                    .forEach((name, value) ->
                            additive[layout.sumAt(name)] = get(value).numbers()[0]);
            return additive;
        }

        Optional<NonFinite> firstNonFinite() {
            for (Node node : graph.nodes()) {
                for (Tensor value : all[node.id()]) {
                    for (double number : value.numbers()) {
                        // What a float cannot hold is infinite on every back end.
                        if (!Float.isFinite((float) number)) {
                            String where = node.op() instanceof Source source ? source.name() : node.layer();
                            return Optional.of(new NonFinite(where, node.op().name()));
                        }
                    }
                }
            }
            return Optional.empty();
        }
    }

    private final Graph graph;
    private final Precision precision;
    private final Feed feed;

    private ReferenceInterpreter(Graph graph, Precision precision, Feed feed) {
        this.graph = graph;
        this.precision = precision;
        this.feed = feed;
    }

    /** In doubles throughout. */
    static Values evaluate(Graph graph, Feed feed) {
        return evaluate(graph, Precision.FLOAT32, feed);
    }

    /** One of the graph's sums in doubles, without what comes after it: the backward pass in particular. */
    static double sum(Graph graph, Feed feed, String name) {
        Value sum = graph.sums().get(name);
        return evaluate(graph, Precision.FLOAT32, feed, sum.node() + 1).get(sum).numbers()[0];
    }

    static Values evaluate(Graph graph, Precision precision, Feed feed) {
        return evaluate(graph, precision, feed, graph.nodes().size());
    }

    private static Values evaluate(Graph graph, Precision precision, Feed feed, int numNodes) {
        ReferenceInterpreter interpreter = new ReferenceInterpreter(graph, precision, feed);
        Tensor[][] all = new Tensor[graph.nodes().size()][];
        for (Node node : graph.nodes().subList(0, numNodes)) {
            Tensor[] inputs = node.inputs().stream()
                    .map(value -> all[value.node()][value.output()])
                    .toArray(Tensor[]::new);
            Object[] outputs = interpreter.compute(node, inputs);
            all[node.id()] = new Tensor[outputs.length];
            for (int i = 0; i < outputs.length; i++) {
                all[node.id()][i] = interpreter.tensor(node.types().get(i), outputs[i]);
            }
        }
        return new Values(graph, all);
    }

    private Tensor tensor(TensorType type, Object elements) {
        if (elements instanceof long[] integers) {
            return Tensor.of(type, integers);
        }
        double[] numbers = (double[]) elements;
        return Tensor.of(type, type.element() == Element.NUMBER ? rounded(numbers) : numbers);
    }

    private double[] rounded(double[] numbers) {
        if (precision == Precision.FLOAT32) {
            return numbers;
        }
        double[] rounded = new double[numbers.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = bfloat16(numbers[i]);
        }
        return rounded;
    }

    /** The nearest number of 8 bits of mantissa, the even one of two. */
    static float bfloat16(double number) {
        float value = (float) number;
        if (Float.isNaN(value)) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
    }

    private Tensor weights(Tensor weights) {
        return Tensor.of(weights.type(), rounded(weights.numbers()));
    }

    /** The outputs, each double[] or long[]. */
    private Object[] compute(Node node, Tensor[] in) {
        Op op = node.op();
        Shape out = node.types().get(0).shape();
        if (op instanceof Source source) {
            return one(source(source));
        } else if (op instanceof Conv2d || op instanceof Dense) {
            Tensor[] inputs = in.clone();
            inputs[1] = weights(in[1]);
            return one(
                    op instanceof Conv2d conv
                            ? ReferenceConvolution.convolve(conv, inputs, out)
                            : ReferenceConvolution.dense(inputs));
        } else if (op instanceof Conv2d.InputGradient gradient) {
            return one(ReferenceConvolution.imageGradient(gradient, in[0], weights(in[1])));
        } else if (op instanceof Conv2d.WeightGradient gradient) {
            return ReferenceConvolution.weightGradient(gradient, in[0], in[1]);
        } else if (op instanceof Dense.InputGradient) {
            return one(ReferenceConvolution.rowGradient(in[0], weights(in[1])));
        } else if (op instanceof Dense.WeightGradient gradient) {
            return ReferenceConvolution.denseWeightGradient(gradient, in[0], in[1]);
        } else if (op instanceof Recurrent) {
            return ReferenceSequences.compute(op, recurrent(in, 0), out);
        } else if (op instanceof Recurrent.Gradient) {
            return ReferenceSequences.compute(op, recurrent(in, 3), out);
        } else if (op instanceof BatchNorm norm) {
            return ReferenceBatchNorm.normalize(norm.epsilon(), in[0], in[1], in[2]);
        } else if (op instanceof BatchNorm.Gradient gradient) {
            return ReferenceBatchNorm.gradient(gradient.epsilon(), in);
        } else if (op instanceof BatchNorm.Inference norm) {
            return one(ReferenceBatchNorm.apply(norm.epsilon(), in[0], in[1], in[2], in[3].numbers(), in[4].numbers()));
        }
        return computeWithoutWeights(node, in, out);
    }

    /** The first four inputs of a recurrent layer, its weights rounded. */
    private Tensor[] recurrent(Tensor[] in, int from) {
        Tensor[] inputs = in.clone();
        inputs[from + 1] = weights(in[from + 1]);
        inputs[from + 2] = weights(in[from + 2]);
        return inputs;
    }

    private Object[] computeWithoutWeights(Node node, Tensor[] in, Shape out) {
        Op op = node.op();
        if (op instanceof MaxPool2d pool) {
            long[] winners = ReferencePooling.largest(pool, in[0], out);
            return new Object[] {ReferencePooling.pick(in[0], winners), winners};
        } else if (op instanceof MaxPool2d.Gradient gradient) {
            return one(ReferencePooling.maxGradient(gradient, in[0], in[1].integers()));
        } else if (op instanceof AveragePool2d pool) {
            return one(ReferencePooling.average(pool, in[0], out));
        } else if (op instanceof AveragePool2d.Gradient gradient) {
            return one(ReferencePooling.averageGradient(gradient, in[0]));
        } else if (op instanceof Dropout dropout) {
            long[] kept = ReferenceElements.kept(dropout, out, in[1].integers(), feed.key());
            return new Object[] {ReferenceElements.drop(dropout.rate(), in[0].numbers(), kept), kept};
        } else if (op instanceof Dropout.Gradient gradient) {
            return one(ReferenceElements.drop(gradient.rate(), in[0].numbers(), in[1].integers()));
        } else if (op instanceof Loss loss) {
            return ReferenceLoss.loss(loss.function(), in);
        } else if (op instanceof Loss.Gradient gradient) {
            return one(ReferenceLoss.gradient(gradient.function(), in));
        } else if (op instanceof Correct) {
            return one(new double[] {ReferenceLoss.correct(in)});
        }
        Object[] outputs = ReferenceSequences.compute(op, in, out);
        if (outputs == null) {
            outputs = ReferenceSteps.compute(op, in, out);
        }
        if (outputs == null) {
            outputs = ReferenceNorms.compute(op, in);
        }
        return outputs == null ? one(computeElements(op, in, out)) : outputs;
    }

    private static double[] computeElements(Op op, Tensor[] in, Shape out) {
        double[] x = in[0].numbers();
        if (op instanceof Activation activation) {
            return map(x, v -> ReferenceActivation.apply(activation, v));
        } else if (op instanceof Activation.Gradient gradient) {
            double[] slopes = map(in[1].numbers(), v -> ReferenceActivation.derivative(gradient, v));
            return ReferenceElements.multiply(x, slopes);
        } else if (op instanceof Softmax) {
            return ReferenceActivation.softmax(x, out, in.length > 1 ? in[1].integers() : null);
        } else if (op instanceof Softmax.Gradient) {
            return ReferenceActivation.softmaxGradient(x, in[1].numbers(), out.size(out.rank() - 1));
        } else if (op instanceof Sum) {
            return ReferenceElements.sum(in);
        } else if (op instanceof Multiply) {
            return ReferenceElements.multiply(x, in[1].numbers());
        } else if (op instanceof Concat concat) {
            return ReferenceElements.concat(concat, in, out);
        } else if (op instanceof Slice slice) {
            return ReferenceElements.slice(slice, in[0], out);
        } else if (op instanceof Slice.Gradient gradient) {
            return ReferenceElements.sliceGradient(gradient, in[0]);
        } else if (op instanceof Reshape) {
            return x;
        } else if (op instanceof Image image) {
            return ReferenceElements.image(image, in[0], out);
        }
        throw new IllegalStateException("the reference does not know " + op.name());
    }

    private Object source(Source source) {
        if (source.kind() == Source.Kind.INPUT) {
            Tensor fed = feed.inputs().get(source.name());
            return switch (source.type().element()) {
                case INT, LONG, OPAQUE -> fed.integers();
                default -> fed.numbers();
            };
        }
        boolean isParameter = source.kind() == Source.Kind.PARAMETER;
        FlatLayout layout =
                isParameter ? graph.layout().parameters() : graph.layout().state();
        FlatLayout.Entry entry = layout.entry(source.name());
        return Arrays.copyOfRange(isParameter ? feed.parameters() : feed.state(), entry.offset(), entry.end());
    }

    private static double[] map(double[] x, DoubleUnaryOperator function) {
        return Arrays.stream(x).map(function).toArray();
    }

    private static Object[] one(Object output) {
        return new Object[] {output};
    }
}
