package org.sparkmlext.kernels.graph;

import java.util.Optional;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.KernelException;

/** Networks on one device. Belongs to a {@link org.sparkmlext.kernels.Backend}; everything made here is closed before it. */
public interface GraphKernels {

    /** Whether programs of this precision can run here, and why not. */
    Availability supports(Precision precision);

    /**
     * Allocates the zeroed flat arrays of a model.
     *
     * @param isTrained whether there will be training graphs; else the additive array has length 0
     * @throws KernelException if memory lacks; the message gives bytes asked and bytes free
     */
    ModelMemory allocate(ModelLayout layout, boolean isTrained);

    /**
     * Compiles a graph.
     *
     * @param memory of this device; its layout must have the graph's parameters and states (a scoring graph may have fewer sums)
     * @throws IllegalArgumentException if the layouts differ
     * @throws KernelException if the precision is not supported, an op cannot be compiled (the message names the layer) or memory
     *     lacks (the message gives bytes asked and free, and advises a smaller batch)
     */
    Program compile(Graph graph, Precision precision, ModelMemory memory);

    /** Makes an optimiser for a model whose memory was allocated for training; its slots start as zeros. */
    Optimizer optimizer(UpdateSettings settings, ModelMemory memory);

    /** How sums over ranks go from device to device; {@link DirectSums#NONE} where they cannot. */
    default DirectSums directSums() {
        return DirectSums.NONE;
    }

    /**
     * Takes memory of the device for images that stay there, at most a half of what is free: to be called when the
     * programs of a training have theirs.
     *
     * @param count at least 1
     * @param image height x width x channels
     * @return black images; empty where they would take more, or the device's memory is the host's
     * @throws IllegalArgumentException if there is no image, or its shape has not three axes
     */
    default Optional<StoredImages> storeImages(int count, Shape image) {
        return Optional.empty();
    }
}
