package org.sparkmlext.kernels.cpu.graph;

import java.util.Map;
import java.util.Random;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;
import org.sparkmlext.kernels.graph.TensorType;
import org.sparkmlext.kernels.graph.UpdateRule;
import org.sparkmlext.kernels.graph.UpdateSettings;

/** A network with one batch of random images held in memory. */
final class Training implements AutoCloseable {

    final ModelMemory memory;
    final Program program;
    final Optimizer optimizer;
    private final ModelLayout layout;
    private long step;

    Training(GraphKernels kernels, Graph graph, Precision precision) {
        this(kernels, graph, precision, true);
    }

    /** @param isFused whether ops may run as one */
    Training(GraphKernels kernels, Graph graph, Precision precision, boolean isFused) {
        layout = graph.layout();
        memory = kernels.allocate(layout, true);
        float[] initial = Networks.initial(layout.parameters(), 1);
        memory.parameters().copyIn(0, initial, 0, initial.length);
        program = isFused
                ? kernels.compile(graph, precision, memory)
                : new CpuProgram((CpuGraphKernels) kernels, graph, precision, memory, false);
        UpdateRule adam = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);
        optimizer = kernels.optimizer(UpdateSettings.of(adam), memory);
        fill(graph);
        program.loadParameters();
    }

    private void fill(Graph graph) {
        Random random = new Random(2);
        for (Map.Entry<String, TensorType> input : graph.inputs().entrySet()) {
            int count = input.getValue().shape().elements();
            Buffer buffer = program.input(input.getKey());
            switch (input.getKey()) {
                case "images" -> {
                    byte[] pixels = new byte[count];
                    random.nextBytes(pixels);
                    buffer.copyIn(0, pixels, 0, count);
                }
                case "rows" -> {
                    long[] rows = new long[count];
                    java.util.Arrays.setAll(rows, i -> i);
                    buffer.copyIn(0, rows, 0, count);
                }
                case "labels" -> {
                    int[] labels = new int[count];
                    java.util.Arrays.setAll(labels, i -> random.nextInt(4));
                    buffer.copyIn(0, labels, 0, count);
                }
                default -> {
                    float[] weights = new float[count];
                    java.util.Arrays.fill(weights, 1);
                    buffer.copyIn(0, weights, 0, count);
                }
            }
        }
    }

    /** One step of training; returns the mean loss before it. */
    double step() {
        program.run(new RunKey(7, step));
        double loss = sum(ModelLayout.LOSS) / sum(ModelLayout.WEIGHT);
        optimizer.update(step, 0.001f);
        program.loadParameters();
        step++;
        return loss;
    }

    double sum(String name) {
        float[] value = new float[1];
        memory.additive().copyOut(layout.sumAt(name), value, 0, 1);
        return value[0];
    }

    @Override
    public void close() {
        optimizer.close();
        program.close();
        memory.close();
    }
}
