package org.sparkmlext.kernels.graph;

import org.sparkmlext.kernels.Buffer;

/** A case on a back end: its own model memory with the case's parameters, its program with the case's inputs. */
final class CompiledCase implements AutoCloseable {

    final GraphCase source;
    final ModelMemory memory;
    final Program program;
    private final boolean ownsMemory;

    CompiledCase(GraphKernels kernels, GraphCase source, Precision precision) {
        this(kernels, source, precision, kernels.allocate(source.graph().layout(), true), true);
        write(memory.parameters(), source.parameters());
        write(memory.state(), source.state());
        program.loadParameters();
    }

    /** On the memory of another program, whose parameters it takes. */
    CompiledCase(GraphKernels kernels, GraphCase source, Precision precision, ModelMemory memory) {
        this(kernels, source, precision, memory, false);
        program.loadParameters();
    }

    private CompiledCase(
            GraphKernels kernels, GraphCase source, Precision precision, ModelMemory memory, boolean ownsMemory) {
        this.source = source;
        this.memory = memory;
        this.ownsMemory = ownsMemory;
        program = kernels.compile(source.graph(), precision, memory);
        source.inputs().forEach((name, value) -> value.copyTo(program.input(name)));
    }

    static void write(Buffer buffer, float[] values) {
        buffer.copyIn(0, values, 0, values.length);
    }

    CompiledCase run() {
        program.run(source.key());
        return this;
    }

    void setParameters(float[] parameters) {
        write(memory.parameters(), parameters);
        program.loadParameters();
    }

    float[] additive() {
        return ReferenceGraphKernels.floats(memory.additive());
    }

    float[] output(String name) {
        return ReferenceGraphKernels.floats(program.output(name));
    }

    double sum(String name) {
        return additive()[memory.layout().sumAt(name)];
    }

    @Override
    public void close() {
        program.close();
        if (ownsMemory) {
            memory.close();
        }
    }
}
