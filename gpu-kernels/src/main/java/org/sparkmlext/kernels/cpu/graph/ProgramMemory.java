package org.sparkmlext.kernels.cpu.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.dnnl.memory;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Source;
import org.sparkmlext.kernels.graph.TensorType;

/** The buffers a program reads from and writes to: those of its model, and its own inputs and outputs. */
final class ProgramMemory implements AutoCloseable {

    private static final String REMEDY = "Take a smaller batch";

    private final ModelMemory model;
    private final NativeBuffer parameters;
    private final NativeBuffer state;
    private final NativeBuffer additive;
    private final Map<String, NativeBuffer> inputs = new LinkedHashMap<>();
    private final Map<String, NativeBuffer> outputs = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if the model's memory is not of {@code owner} or does not fit the graph */
    ProgramMemory(CpuGraphKernels owner, Graph graph, ModelMemory model) {
        this.model = model;
        parameters = owner.own(model.parameters(), "parameters");
        state = owner.own(model.state(), "state");
        additive = owner.own(model.additive(), "additive array");
        model.requireFits(graph);
        NativeMemory.requireFree(bytesOf(graph), "inputs and outputs of " + graph.rows() + " rows", REMEDY);
        try {
            graph.inputs()
                    .forEach((name, type) -> inputs.put(
                            name,
                            new NativeBuffer(
                                    owner,
                                    elementType(type),
                                    type.shape().elements(),
                                    "input '" + name + "'",
                                    REMEDY)));
            graph.outputs()
                    .forEach((name, value) -> outputs.put(
                            name,
                            new NativeBuffer(
                                    owner,
                                    ElementType.FLOAT,
                                    graph.type(value).shape().elements(),
                                    "output '" + name + "'",
                                    REMEDY)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static long bytesOf(Graph graph) {
        long inputs = graph.inputs().values().stream()
                .mapToLong(type ->
                        (long) type.shape().elements() * elementType(type).sizeBytes())
                .sum();
        long outputs = graph.outputs().values().stream()
                .mapToLong(value -> (long) graph.type(value).shape().elements() * Float.BYTES)
                .sum();
        return inputs + outputs;
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

    NativeBuffer parameters() {
        return parameters;
    }

    NativeBuffer state() {
        return state;
    }

    NativeBuffer additive() {
        return additive;
    }

    /** @throws IllegalStateException if a buffer of the model was closed: its memory is gone */
    void requireOpen() {
        parameters.requireOpen();
        state.requireOpen();
        additive.requireOpen();
    }

    NativeBuffer inputBuffer(String name) {
        return named(inputs, name, "input");
    }

    NativeBuffer outputBuffer(String name) {
        return named(outputs, name, "output");
    }

    private static NativeBuffer named(Map<String, NativeBuffer> buffers, String name, String kind) {
        NativeBuffer buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException(
                    "the graph has no " + kind + " '" + name + "'; it has " + buffers.keySet());
        }
        return buffer;
    }

    Map<String, NativeBuffer> inputs() {
        return inputs;
    }

    /** An input as the steps see it. Types the library does not know are described by one of the same size. */
    Tensor input(Source source) {
        NativeBuffer buffer = inputBuffer(source.name());
        memory.data_type type = switch (source.type().element()) {
            case INT -> memory.data_type.s32;
            case LONG -> memory.data_type.f64;
            case BYTE -> memory.data_type.u8;
            case NUMBER, FLOAT, OPAQUE -> Layouts.F32;
        };
        return new Tensor(Layouts.plain(type, source.type().shape()), Storage.given(buffer.bytes(), buffer.at(0)));
    }

    Tensor output(String name) {
        NativeBuffer buffer = outputBuffer(name);
        return new Tensor(Layouts.plain(Layouts.F32, buffer.length()), Storage.given(buffer.bytes(), buffer.at(0)));
    }

    /** Bytes of inputs and outputs. */
    long bytes() {
        return Stream.concat(inputs.values().stream(), outputs.values().stream())
                .mapToLong(NativeBuffer::bytes)
                .sum();
    }

    @Override
    public void close() {
        inputs.values().forEach(NativeBuffer::close);
        outputs.values().forEach(NativeBuffer::close);
    }
}
