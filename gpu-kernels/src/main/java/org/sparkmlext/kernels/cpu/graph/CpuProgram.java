package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.graph.AdditiveListener;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.NonFinite;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.StepTime;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;
import org.sparkmlext.kernels.graph.plan.ArenaPlan;

/** A graph as a list of steps over one block of memory. */
final class CpuProgram implements Program {

    private static final double NANOS_PER_MILLI = 1e6;

    private final CpuGraphKernels kernels;
    private final Graph graph;
    private final Precision precision;
    private final ModelMemory model;
    private final ProgramMemory memory;
    private final NativeObjects objects = new NativeObjects();
    private final List<Step> loads;
    private final Step[] steps;
    /** Parts of the additive array that are complete after a step. */
    private final List<List<AdditiveParts.Part>> complete = new ArrayList<>();

    private @Nullable NativeMemory arena;
    private boolean isClosed;

    /** @param isFused whether nodes are run together; else every value is made */
    CpuProgram(CpuGraphKernels kernels, Graph graph, Precision precision, ModelMemory model, boolean isFused) {
        this.kernels = kernels;
        this.graph = graph;
        this.precision = precision;
        this.model = model;
        memory = new ProgramMemory(kernels, graph, model);
        // Descriptions and the like are freed at the end, whatever happens; what is kept is held by objects as well.
        try (PointerScope scope = new PointerScope()) {
            kernels.useThreads();
            GraphCompiler compiler = new GraphCompiler(graph, precision, isFused, memory, kernels.engine(), objects);
            StepList list = compiler.compile();
            Set<Storage> storages = list.lifetimes();
            NativeMemory placed = NativeMemory.allocate(
                    ArenaPlan.place(storages, NativeMemory.ALIGNMENT),
                    "a program of " + graph.rows() + " rows",
                    "Take a smaller batch");
            arena = placed;
            loads = list.loads();
            steps = list.steps().toArray(Step[]::new);
            Binding binding = new Binding(
                    kernels.engine(), objects.keep(new stream(kernels.engine())), placed, objects, kernels.loop());
            loads.forEach(step -> step.bind(binding));
            list.steps().forEach(step -> step.bind(binding));
            Map<Integer, List<AdditiveParts.Part>> parts = compiler.completeAfter();
            for (int i = 0; i < steps.length; i++) {
                complete.add(parts.getOrDefault(i + 1, List.of()));
            }
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

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the program is closed");
        }
        memory.requireOpen();
    }

    @Override
    public void loadParameters() {
        requireOpen();
        kernels.useThreads();
        RunKey none = new RunKey(0, 0);
        loads.forEach(step -> run(step, none));
    }

    @Override
    public void run(RunKey key, AdditiveListener listener) {
        requireOpen();
        kernels.useThreads();
        for (int i = 0; i < steps.length; i++) {
            run(steps[i], key);
            for (AdditiveParts.Part part : complete.get(i)) {
                listener.complete(part.from(), part.to());
            }
        }
    }

    private static void run(Step step, RunKey key) {
        try {
            step.run(key);
        } catch (IllegalArgumentException | KernelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new KernelException(
                    "layer '" + step.label().layer() + "': " + step.label().what() + " ("
                            + step.label().detail() + ") failed on the CPU: " + e.getMessage(),
                    e);
        }
    }

    /** {@inheritDoc} Runs a program in which every op is a step of its own: inside a fused one a NaN may already be gone. */
    @Override
    public Optional<NonFinite> findNonFinite(RunKey key) {
        requireOpen();
        FiniteCheck check = new FiniteCheck();
        Optional<NonFinite> given = check.sources(graph, memory);
        if (given.isPresent()) {
            return given;
        }
        try (CpuProgram plain = new CpuProgram(kernels, graph, precision, model, false)) {
            memory.inputs()
                    .forEach((name, buffer) -> plain.memory.inputBuffer(name).copyFrom(buffer));
            plain.loadParameters();
            return plain.firstNonFinite(key, check);
        }
    }

    private Optional<NonFinite> firstNonFinite(RunKey key, FiniteCheck check) {
        for (Step step : steps) {
            run(step, key);
            if (step.label().isReorder()) {
                // Copies of what was looked at when it was made.
                continue;
            }
            for (Step.Numbers numbers : step.numbers()) {
                if (!check.isFinite(numbers)) {
                    return Optional.of(
                            new NonFinite(step.label().layer(), step.label().what()));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public long memoryBytes() {
        return memory.bytes() + (arena == null ? 0 : arena.bytes());
    }

    @Override
    public List<StepTime> profile(RunKey key, int runs) {
        requireOpen();
        kernels.useThreads();
        List<Step> all = new ArrayList<>(loads);
        all.addAll(List.of(steps));
        long[] nanos = new long[all.size()];
        for (int run = 0; run < runs; run++) {
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                run(all.get(i), key);
                nanos[i] += System.nanoTime() - start;
            }
        }
        List<StepTime> times = new ArrayList<>();
        for (int i = 0; i < nanos.length; i++) {
            Step.Label label = all.get(i).label();
            String what = i < loads.size() ? label.what() + " (load)" : label.what();
            times.add(new StepTime(label.layer(), what, label.detail(), nanos[i] / NANOS_PER_MILLI / runs));
        }
        return times;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            objects.close();
            if (arena != null) {
                arena.close();
            }
            memory.close();
        }
    }
}
