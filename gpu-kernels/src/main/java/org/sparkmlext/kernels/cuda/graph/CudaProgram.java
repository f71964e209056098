package org.sparkmlext.kernels.cuda.graph;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.graph.AdditiveListener;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.NonFinite;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.plan.ArenaPlan;

/**
 * A graph as a list of launches over one block of memory, recorded once and replayed. Arguments never change: what a run depends on, its
 * inputs and its key, is written to where the kernels read it. Parameters and state are read where they lie, so loading them is nothing.
 */
final class CudaProgram implements Program {

    /** What any access of a warp may want. */
    private static final int ALIGNMENT = 256;

    private final CudaDevice device;
    private final Graph graph;
    private final ProgramMemory memory;
    private List<Launch> launches = List.of();
    private final List<MadeBy> made;
    private final InputChecks checks;
    private final Slot key;
    private final Replay replay;
    private final long arenaBytes;
    private @Nullable DeviceMemory arena;
    private boolean isClosed;

    CudaProgram(CudaGraphKernels kernels, Graph graph, Precision precision, ModelMemory model) {
        device = kernels.device();
        this.graph = graph;
        memory = new ProgramMemory(kernels, graph, model);
        try {
            Compilation compilation = new Compilation(graph, precision, memory, device.facts(), device::product);
            GraphCompiler compiler = new GraphCompiler(compilation);
            launches = compilation.launches().all();
            compiler.compile();
            made = compiler.made();
            checks = compilation.checks();
            key = compilation.key();
            replay = new Replay(device, launches, compiler.partsComplete());
            arenaBytes = ArenaPlan.place(compilation.planned(), ALIGNMENT);
            DeviceMemory block =
                    device.allocate(arenaBytes, "a program of " + graph.rows() + " rows", ProgramMemory.REMEDY);
            arena = block;
            launches.forEach(launch -> launch.bind(device, block));
            compilation.writeConstants(block);
            checks.bind(device, block);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public Graph graph() {
        return graph;
    }

    @Override
    public Buffer input(String name) {
        requireOpen();
        return memory.inputBuffer(name);
    }

    @Override
    public Buffer output(String name) {
        requireOpen();
        return memory.outputBuffer(name);
    }

    /** Returns the program's memory. */
    private DeviceMemory requireOpen() {
        DeviceMemory block = arena;
        if (isClosed || block == null) {
            throw new IllegalStateException("the program is closed");
        }
        memory.requireOpen();
        return block;
    }

    @Override
    public void loadParameters() {
        requireOpen();
    }

    @Override
    public void run(RunKey runKey, AdditiveListener listener) {
        start(runKey, listener);
        device.finish();
    }

    @Override
    public void start(RunKey runKey, AdditiveListener listener) {
        begin(runKey);
        if (listener == AdditiveListener.NONE) {
            replay.run();
        } else {
            replay.run(listener);
        }
    }

    private void begin(RunKey runKey) {
        DeviceMemory block = requireOpen();
        key.memory(block).copyIn(0, new long[] {runKey.seed(), runKey.step()}, 0, 2);
        checks.run(block);
    }

    @Override
    public Optional<NonFinite> findNonFinite(RunKey runKey) {
        DeviceMemory block = requireOpen();
        FiniteCheck check = new FiniteCheck(device);
        try {
            Optional<NonFinite> given = check.sources(graph, memory);
            if (given.isPresent()) {
                return given;
            }
            begin(runKey);
            int done = 0;
            for (MadeBy one : made) {
                for (; done < one.numLaunches(); done++) {
                    launches.get(done).run();
                }
                if (!check.isFinite(one, block)) {
                    return Optional.of(
                            new NonFinite(one.node().layer(), one.node().op().name()));
                }
            }
            return Optional.empty();
        } finally {
            check.close();
        }
    }

    @Override
    public long memoryBytes() {
        return memory.bytes() + arenaBytes;
    }

    @Override
    public List<StepTime> profile(RunKey runKey, int runs) {
        begin(runKey);
        return replay.profile(runs);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            DeviceMemory block = arena;
            if (block != null) {
                arena = null;
                replay.close();
                device.free(block);
            }
            launches.forEach(launch -> launch.free(device));
            memory.close();
        }
    }
}
