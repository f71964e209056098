package org.sparkmlext.kernels.cpu.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Precision;

/** Makes, runs and closes 200 programs and prints by how much the process has grown over the last 150 of them. */
final class ManyPrograms {

    static final Path STATUS = Path.of("/proc/self/status");

    private static final int ROWS = 4;
    private static final int WARM = 50;
    private static final int MANY = 150;

    private ManyPrograms() {}

    public static void main(String[] args) throws IOException {
        Graph graph = Networks.tiny(ROWS);
        try (Backend backend = Backends.open("cpu", BackendOptions.threads(2)).backend()) {
            makeAndClose(backend, graph, WARM);
            long before = residentBytes();
            makeAndClose(backend, graph, MANY);
            System.out.println("grown by " + (residentBytes() - before) + " bytes, counted "
                    + NativeMemory.allocatedBytes() + " bytes");
        }
    }

    private static void makeAndClose(Backend backend, Graph graph, int times) {
        for (int i = 0; i < times; i++) {
            try (Training training = new Training(backend.graphs(), graph, Precision.FLOAT32)) {
                training.step();
            }
        }
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
