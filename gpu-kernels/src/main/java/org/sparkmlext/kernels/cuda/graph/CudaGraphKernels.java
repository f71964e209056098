package org.sparkmlext.kernels.cuda.graph;

import java.util.Locale;
import java.util.Optional;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaOwnership;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.graph.DirectSums;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StoredImages;
import org.sparkmlext.kernels.graph.UpdateSettings;

/**
 * Networks on a GPU, in float32, and from Ampere on in bfloat16. Parameters, gradients and what an optimiser keeps lie on the device; the same graph, inputs and
 * parameters give the same bits on every GPU of a kind under one driver, since every sum has one order.
 */
public final class CudaGraphKernels implements GraphKernels {

    private static final String REMEDY = "Take a smaller network";
    /** Images are stored in at most one of so many parts of the free memory: other programs may want some. */
    private static final int STORED_IMAGES_SHARE = 2;

    private final CudaDevice device;

    public CudaGraphKernels(CudaDevice device) {
        this.device = device;
    }

    CudaDevice device() {
        return device;
    }

    @Override
    public Availability supports(Precision precision) {
        if (precision == Precision.FLOAT32) {
            return Availability.yes("float32 by the kernels of this module");
        }
        DeviceFacts facts = device.facts();
        return facts.hasTensorCores()
                ? Availability.yes("bfloat16 by the kernels of this module")
                : Availability.no("bfloat16 needs compute capability 8.0, this GPU is " + facts.describe()
                        + "; set precision=float32");
    }

    @Override
    public ModelMemory allocate(ModelLayout layout, boolean isTrained) {
        CudaBuffer parameters = floats(layout.parameters().length(), "parameters");
        try {
            CudaBuffer state = floats(layout.state().length(), "state");
            try {
                return new ModelMemory(
                        layout, parameters, state, floats(isTrained ? layout.additiveLength() : 0, "gradients"));
            } catch (RuntimeException e) {
                state.close();
                throw e;
            }
        } catch (RuntimeException e) {
            parameters.close();
            throw e;
        }
    }

    CudaBuffer floats(int length, String what) {
        return device.allocate(ElementType.FLOAT, length, what, REMEDY);
    }

    @Override
    public Program compile(Graph graph, Precision precision, ModelMemory memory) {
        device.requireOpen();
        Availability availability = supports(precision);
        if (!availability.isAvailable()) {
            throw new KernelException("precision " + precision.name().toLowerCase(Locale.ROOT)
                    + " cannot be used on this GPU: " + availability.reason());
        }
        return new CudaProgram(this, graph, precision, memory);
    }

    @Override
    public Optimizer optimizer(UpdateSettings settings, ModelMemory memory) {
        return new CudaOptimizer(this, settings, memory);
    }

    @Override
    public DirectSums directSums() {
        return device.peers()
                .<DirectSums>map(peers -> new CudaDirectSums(this, peers))
                .orElse(DirectSums.NONE);
    }

    @Override
    public Optional<StoredImages> storeImages(int count, Shape image) {
        device.requireOpen();
        StoredImages.requireImages(count, image);
        if (CudaStoredImages.bytes(count, image) > device.freeBytes() / STORED_IMAGES_SHARE) {
            return Optional.empty();
        }
        try {
            return Optional.of(new CudaStoredImages(device, count, image));
        } catch (KernelException taken) {
            // By another process meanwhile. A training that can do without must not end for it.
            return Optional.empty();
        }
    }

    /** A buffer of this device, or a refusal. */
    CudaBuffer own(Buffer buffer, String name) {
        return new CudaOwnership(device).own(buffer, CudaBuffer.class, "the model's " + name);
    }
}
