package org.sparkmlext.net;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;

/**
 * The programs of one graph, one a batch size, compiled when a batch of that size comes up first: of an epoch's batches most have
 * one size or the next, and the last one is shorter.
 */
final class NetworkPrograms implements AutoCloseable {

    private final GraphKernels kernels;
    private final Precision precision;
    private final ModelMemory memory;
    private final IntFunction<Graph> graphs;
    private final Map<Integer, Program> programs = new HashMap<>();
    /** Programs that hold the model's current numbers. */
    private final Map<Integer, Integer> loaded = new HashMap<>();

    private int version;

    NetworkPrograms(GraphKernels kernels, Precision precision, ModelMemory memory, IntFunction<Graph> graphs) {
        this.kernels = kernels;
        this.precision = precision;
        this.memory = memory;
        this.graphs = graphs;
    }

    /** Says that parameters or state have changed. */
    void modelChanged() {
        version++;
    }

    /** The program for so many rows, with the model's current numbers. */
    Program of(int rows) {
        Program program = programs.computeIfAbsent(rows, n -> kernels.compile(graphs.apply(n), precision, memory));
        Integer has = loaded.put(rows, version);
        if (has == null || has != version) {
            program.loadParameters();
        }
        return program;
    }

    /** Bytes that the programs hold, without the model's own. */
    long memoryBytes() {
        return programs.values().stream().mapToLong(Program::memoryBytes).sum();
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
        programs.clear();
    }
}
