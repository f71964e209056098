package org.sparkmlext.testing;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.UpdateSettings;
import org.sparkmlext.kernels.tree.TreeKernels;

/** A back end that stores no images: batches are gathered and changed on the host. */
public record HostImages(Backend backend) implements Backend {

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public String description() {
        return backend.description();
    }

    @Override
    public Buffer allocate(ElementType type, int length) {
        return backend.allocate(type, length);
    }

    @Override
    public TreeKernels trees() {
        return backend.trees();
    }

    @Override
    public GraphKernels graphs() {
        return new Kernels(backend.graphs());
    }

    @Override
    public void close() {
        backend.close();
    }

    /** All but {@link GraphKernels#storeImages}. */
    private record Kernels(GraphKernels kernels) implements GraphKernels {

        @Override
        public Availability supports(Precision precision) {
            return kernels.supports(precision);
        }

        @Override
        public ModelMemory allocate(ModelLayout layout, boolean isTrained) {
            return kernels.allocate(layout, isTrained);
        }

        @Override
        public Program compile(Graph graph, Precision precision, ModelMemory memory) {
            return kernels.compile(graph, precision, memory);
        }

        @Override
        public Optimizer optimizer(UpdateSettings settings, ModelMemory memory) {
            return kernels.optimizer(settings, memory);
        }
    }
}
