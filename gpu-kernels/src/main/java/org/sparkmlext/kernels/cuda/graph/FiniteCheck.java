package org.sparkmlext.kernels.cuda.graph;

import java.util.Map;
import java.util.Optional;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.DeviceKernel;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.NonFinite;

/** Looks for NaN and infinity on the device. */
final class FiniteCheck implements AutoCloseable {

    private static final int THREADS = 256;

    private final CudaDevice device;
    private final DeviceKernel kernel;
    private final DeviceMemory mark;

    FiniteCheck(CudaDevice device) {
        this.device = device;
        kernel = device.kernel("elements", "find_non_finite");
        mark = device.allocate(Integer.BYTES, "a mark", ProgramMemory.REMEDY);
    }

    /** Looks at what comes from outside: inputs, then parameters, then states. */
    Optional<NonFinite> sources(Graph graph, ProgramMemory memory) {
        for (Map.Entry<String, CudaBuffer> input : memory.inputs().entrySet()) {
            CudaBuffer buffer = input.getValue();
            if (buffer.type() == ElementType.FLOAT && !isFinite(buffer.memory(), buffer.length())) {
                return Optional.of(new NonFinite(input.getKey(), "input"));
            }
        }
        Optional<NonFinite> parameter = in(graph.layout().parameters(), memory.parameters(), "parameter");
        return parameter.isPresent() ? parameter : in(graph.layout().state(), memory.state(), "state");
    }

    private Optional<NonFinite> in(FlatLayout layout, CudaBuffer buffer, String kind) {
        return layout.entries().stream()
                .filter(entry -> !isFinite(
                        buffer.memory().from((long) entry.offset() * Float.BYTES),
                        entry.shape().elements()))
                .findFirst()
                .map(entry -> new NonFinite(entry.name(), kind));
    }

    /** Whether all that a node has made is finite. */
    boolean isFinite(MadeBy made, DeviceMemory arena) {
        DeviceMemory numbers = made.numbers().memory(arena);
        PixelNumber pixels = made.pixels();
        return pixels == null
                ? isFinite(numbers, made.count())
                : isFinite(device.kernel(pixels.file("pixels"), "find_non_finite_pixels"), numbers, made.count());
    }

    /** Whether all of some floats are finite. */
    private boolean isFinite(DeviceMemory floats, int count) {
        return isFinite(kernel, floats, count);
    }

    private boolean isFinite(DeviceKernel finding, DeviceMemory numbers, int count) {
        int[] found = new int[1];
        mark.copyIn(0, found, 0, 1);
        finding.launch(Grid.covering(count, THREADS, THREADS), numbers, mark, count);
        mark.copyOut(0, found, 0, 1);
        return found[0] == 0;
    }

    @Override
    public void close() {
        device.free(mark);
    }
}
