package org.sparkmlext.kernels.cuda.graph;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Source;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.Value;

/** The buffers a program reads from and writes to: those of its model, and its own inputs and outputs. */
final class ProgramMemory implements AutoCloseable {

    static final String REMEDY = "Take a smaller batch";

    private final ModelMemory model;
    private final CudaBuffer parameters;
    private final CudaBuffer state;
    private final CudaBuffer additive;
    private final Map<String, CudaBuffer> inputs = new LinkedHashMap<>();
    private final Map<String, CudaBuffer> outputs = new LinkedHashMap<>();
    private final Map<String, Slot> outputSlots = new HashMap<>();

    /** @throws IllegalArgumentException if the model's memory is not of {@code owner} or does not fit the graph */
    ProgramMemory(CudaGraphKernels owner, Graph graph, ModelMemory model) {
        this.model = model;
        parameters = owner.own(model.parameters(), "parameters");
        state = owner.own(model.state(), "state");
        additive = owner.own(model.additive(), "additive array");
        model.requireFits(graph);
        try {
            graph.inputs()
                    .forEach((name, type) -> inputs.put(
                            name,
                            owner.device()
                                    .allocate(
                                            elementType(type),
                                            type.shape().elements(),
                                            "input '" + name + "' of " + graph.rows() + " rows",
                                            REMEDY)));
            graph.outputs()
                    .forEach((name, value) -> outputs.put(
                            name,
                            owner.device()
                                    .allocate(
                                            ElementType.FLOAT,
                                            graph.type(value).shape().elements(),
                                            "output '" + name + "' of " + graph.rows() + " rows",
                                            REMEDY)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static ElementType elementType(TensorType type) {
        return switch (type.element()) {
            case INT -> ElementType.INT;
            case LONG -> ElementType.LONG;
            case BYTE -> ElementType.BYTE;
            case NUMBER, FLOAT -> ElementType.FLOAT;
            case OPAQUE -> throw new IllegalArgumentException("an input cannot be " + type);
        };
    }

    ModelLayout layout() {
        return model.layout();
    }

    CudaBuffer parameters() {
        return parameters;
    }

    CudaBuffer state() {
        return state;
    }

    /** @throws IllegalStateException if a buffer of the model was closed: its memory is gone */
    void requireOpen() {
        parameters.requireOpen();
        state.requireOpen();
        additive.requireOpen();
    }

    Map<String, CudaBuffer> inputs() {
        return inputs;
    }

    CudaBuffer inputBuffer(String name) {
        return named(inputs, name, "input");
    }

    CudaBuffer outputBuffer(String name) {
        return named(outputs, name, "output");
    }

    private static CudaBuffer named(Map<String, CudaBuffer> buffers, String name, String kind) {
        CudaBuffer buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException(
                    "the graph has no " + kind + " '" + name + "'; it has " + buffers.keySet());
        }
        return buffer;
    }

    /** Where a value of a {@link Source} lies. */
    Slot source(Source source) {
        return switch (source.kind()) {
            case INPUT -> whole(inputBuffer(source.name()));
            case PARAMETER -> part(parameters, layout().parameters().entry(source.name()));
            case STATE -> part(state, layout().state().entry(source.name()));
        };
    }

    private static Slot part(CudaBuffer buffer, FlatLayout.Entry entry) {
        return floats(buffer, entry.offset(), entry.shape().elements());
    }

    /** An input by the value that it is in the graph. */
    Slot input(Graph graph, Value value) {
        return source((Source) graph.node(value).op());
    }

    /** The parameters, flat as the layout has them. */
    Slot allParameters() {
        return whole(parameters);
    }

    Slot state(int from, int length) {
        return floats(state, from, length);
    }

    Slot additive(int from, int length) {
        return floats(additive, from, length);
    }

    /** The buffer of an output; where a value is one under several names, the first. */
    @Nullable
    Slot output(Graph graph, Value value) {
        for (Map.Entry<String, Value> output : graph.outputs().entrySet()) {
            if (output.getValue().equals(value)) {
                return output(output.getKey());
            }
        }
        return null;
    }

    Slot output(String name) {
        return outputSlots.computeIfAbsent(name, n -> whole(outputBuffer(n)));
    }

    private static Slot floats(CudaBuffer buffer, int from, int length) {
        return Slot.given((long) length * Float.BYTES, buffer.memory().from((long) from * Float.BYTES));
    }

    private static Slot whole(CudaBuffer buffer) {
        return Slot.given((long) buffer.length() * buffer.type().sizeBytes(), buffer.memory());
    }

    /** Bytes of inputs and outputs. */
    long bytes() {
        return Stream.concat(inputs.values().stream(), outputs.values().stream())
                .mapToLong(buffer -> (long) buffer.length() * buffer.type().sizeBytes())
                .sum();
    }

    @Override
    public void close() {
        inputs.values().forEach(CudaBuffer::close);
        outputs.values().forEach(CudaBuffer::close);
    }
}
