package org.sparkmlext.kernels.cpu.graph;

import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import org.bytedeco.dnnl.engine;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.UpdateSettings;

/**
 * Networks on the CPU, on oneDNN. Making one loads nothing: whether the library is there is what {@link #supports} tells.
 *
 * <p>Its memory lies outside the Java heap. The same graph, inputs and parameters give the same bits for the same number of threads
 * on the same kind of CPU.
 */
public final class CpuGraphKernels implements GraphKernels, AutoCloseable {

    private static final String REMEDY = "Take a smaller network";

    private final int numThreads;
    private final ObjIntConsumer<IntConsumer> loop;
    private @Nullable engine engine;
    private boolean isClosed;

    /**
     * @param numThreads threads the library may use
     * @param loop runs an item for each number below a count, on those threads, and returns when all are done
     */
    public CpuGraphKernels(int numThreads, ObjIntConsumer<IntConsumer> loop) {
        this.numThreads = numThreads;
        this.loop = loop;
    }

    @Override
    public Availability supports(Precision precision) {
        return precision == Precision.BFLOAT16 ? OneDnn.bfloat16() : OneDnn.availability();
    }

    @Override
    public ModelMemory allocate(ModelLayout layout, boolean isTrained) {
        requireOpen();
        int parameters = layout.parameters().length();
        int additive = isTrained ? layout.additiveLength() : 0;
        NativeBuffer first = floats(parameters, "parameters");
        try {
            NativeBuffer second = floats(layout.state().length(), "state");
            try {
                return new ModelMemory(layout, first, second, floats(additive, "gradients"));
            } catch (RuntimeException e) {
                second.close();
                throw e;
            }
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private NativeBuffer floats(int length, String what) {
        return new NativeBuffer(this, ElementType.FLOAT, length, what, REMEDY);
    }

    @Override
    public Program compile(Graph graph, Precision precision, ModelMemory memory) {
        requireOpen();
        Availability availability = supports(precision);
        if (!availability.isAvailable()) {
            throw new KernelException("precision " + precision.name().toLowerCase(java.util.Locale.ROOT)
                    + " cannot be used on this CPU: " + availability.reason());
        }
        return new CpuProgram(this, graph, precision, memory, true);
    }

    @Override
    public Optimizer optimizer(UpdateSettings settings, ModelMemory memory) {
        requireOpen();
        return new CpuOptimizer(this, settings, memory);
    }

    /** A buffer of this device, or a refusal. */
    NativeBuffer own(Buffer buffer, String name) {
        if (buffer instanceof NativeBuffer own && own.owner() == this) {
            own.requireOpen();
            return own;
        }
        throw new IllegalArgumentException("the model's " + name + " (" + buffer
                + ") belongs to another back end; allocate the model's memory from the one that uses it");
    }

    /** To be called by whoever is about to call the library: the setting belongs to the calling thread. */
    void useThreads() {
        OneDnn.useThreads(numThreads);
    }

    engine engine() {
        engine present = engine;
        if (present == null) {
            OneDnn.require();
            present = new engine(org.bytedeco.dnnl.engine.kind.cpu, 0);
            // Outlives the scope of the compilation that happens to be the first.
            present.retainReference();
            engine = present;
        }
        return present;
    }

    ObjIntConsumer<IntConsumer> loop() {
        return loop;
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the cpu back end is closed");
        }
    }

    /** Frees the library's engine. Closing twice is allowed. */
    @Override
    public void close() {
        isClosed = true;
        engine present = engine;
        if (present != null) {
            engine = null;
            present.releaseReference();
        }
    }
}
