package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** A graph and its interpreter. */
final class ReferenceProgram implements Program {

    private final Graph graph;
    private final Precision precision;
    private final ModelMemory model;
    private final Map<String, Buffer> inputs = new LinkedHashMap<>();
    private final Map<String, Buffer> outputs = new LinkedHashMap<>();
    private double[] parameters;
    private double[] state;
    private boolean isClosed;

    ReferenceProgram(
            Graph graph, Precision precision, ModelMemory model, BiFunction<ElementType, Integer, Buffer> memory) {
        this.graph = graph;
        this.precision = precision;
        this.model = model;
        parameters = new double[model.parameters().length()];
        state = new double[model.state().length()];
        graph.inputs()
                .forEach((name, type) -> inputs.put(
                        name,
                        memory.apply(elementType(type.element()), type.shape().elements())));
        graph.outputs()
                .forEach((name, value) -> outputs.put(
                        name,
                        memory.apply(
                                ElementType.FLOAT, graph.type(value).shape().elements())));
    }

    private static ElementType elementType(Element element) {
        return switch (element) {
            case INT -> ElementType.INT;
            case LONG -> ElementType.LONG;
            case BYTE -> ElementType.BYTE;
            default -> ElementType.FLOAT;
        };
    }

    @Override
    public Graph graph() {
        return graph;
    }

    @Override
    public Buffer input(String name) {
        return named(inputs, "input", name);
    }

    @Override
    public Buffer output(String name) {
        return named(outputs, "output", name);
    }

    private Buffer named(Map<String, Buffer> buffers, String kind, String name) {
        requireOpen();
        Buffer buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException("there is no " + kind + " '" + name + "' among " + buffers.keySet());
        }
        return buffer;
    }

    @Override
    public void loadParameters() {
        requireOpen();
        parameters = Tensor.doubles(ReferenceGraphKernels.floats(model.parameters()));
        state = Tensor.doubles(ReferenceGraphKernels.floats(model.state()));
    }

    private ReferenceInterpreter.Values evaluate(RunKey key) {
        requireOpen();
        Map<String, Tensor> fed = new LinkedHashMap<>();
        graph.inputs().forEach((name, type) -> fed.put(name, Tensor.from(type, input(name))));
        return ReferenceInterpreter.evaluate(
                graph, precision, new ReferenceInterpreter.Feed(fed, parameters, state, key));
    }

    @Override
    public void run(RunKey key, AdditiveListener listener) {
        ReferenceInterpreter.Values values = evaluate(key);
        outputs.forEach((name, buffer) -> values.get(graph.outputs().get(name)).copyTo(buffer));
        if (graph.isTraining()) {
            float[] additive = Tensor.floats(values.additive(state));
            // Backwards, as a back end that computes gradients from the last layer to the first would report.
            List<FlatLayout.Entry> entries = graph.layout().parameters().entries();
            int end = additive.length;
            for (int i = entries.size() - 1; i >= 0; i--) {
                int from = i == 0 ? 0 : entries.get(i).offset();
                model.additive().copyIn(from, additive, from, end - from);
                listener.complete(from, end);
                end = from;
            }
        }
    }

    @Override
    public Optional<NonFinite> findNonFinite(RunKey key) {
        return evaluate(key).firstNonFinite();
    }

    @Override
    public long memoryBytes() {
        long bytes = (long) Double.BYTES * (parameters.length + state.length);
        for (Buffer buffer : inputs.values()) {
            bytes += (long) buffer.length() * buffer.type().sizeBytes();
        }
        for (Buffer buffer : outputs.values()) {
            bytes += (long) buffer.length() * buffer.type().sizeBytes();
        }
        return bytes;
    }

    @Override
    public List<StepTime> profile(RunKey key, int runs) {
        List<StepTime> steps = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (!(node.op() instanceof Source)) {
                steps.add(new StepTime(node.layer(), node.op().name(), "naive", 0));
            }
        }
        return steps;
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the program of " + graph.rows() + " rows is closed");
        }
    }

    @Override
    public void close() {
        isClosed = true;
        inputs.values().forEach(Buffer::close);
        outputs.values().forEach(Buffer::close);
    }
}
