package org.sparkmlext.kernels.cpu.graph;

import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.graph.ModelLayout;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Optimizer;
import org.sparkmlext.kernels.graph.UpdateSettings;

/**
 * The update, in chunks that are copied to arrays: over arrays the JIT makes vector code, over native memory it does not. The slots are
 * such arrays all the time.
 *
 * <p>The norm is a sum over chunks in their order, whatever thread has computed them.
 */
final class CpuOptimizer implements Optimizer {

    /** Several such arrays fit into a core's cache; shorter ones would interrupt the reading ahead of memory. */
    private static final int CHUNK = 1 << 14;

    /** More parts than threads, so that one that is late does not hold up the others. */
    private static final int PARTS = 8;

    private final UpdateSettings settings;
    private final UpdateFormula formula;
    private final ModelLayout layout;
    private final NativeBuffer parameters;
    private final NativeBuffer state;
    private final NativeBuffer additive;
    private final HeapSlots slots;
    private final ObjIntConsumer<IntConsumer> loop;
    private final double[] squares;
    private final Scratch[] scratch = new Scratch[PARTS];

    /** Arrays of one part. */
    private static final class Scratch {
        final float[] w = new float[CHUNK];
        final float[] g = new float[CHUNK];
        /** Those of the chunk at hand, not copies. */
        final float[][] slots;

        Scratch(int numSlots) {
            slots = new float[numSlots][];
        }
    }

    CpuOptimizer(CpuGraphKernels kernels, UpdateSettings settings, ModelMemory memory) {
        this.settings = settings;
        formula = UpdateFormula.of(settings.rule());
        layout = memory.layout();
        parameters = kernels.own(memory.parameters(), "parameters");
        state = kernels.own(memory.state(), "state");
        additive = kernels.own(memory.additive(), "additive array");
        memory.requireFits(settings);
        int length = layout.parameters().length();
        loop = kernels.loop();
        int numSlots = settings.rule().numSlots();
        for (int i = 0; i < PARTS; i++) {
            scratch[i] = new Scratch(numSlots);
        }
        squares = new double[Math.max(0, (length - settings.trainedFrom() + CHUNK - 1) / CHUNK)];
        slots = new HeapSlots(numSlots, length, settings.trainedFrom(), CHUNK);
    }

    /** Work on the parameters from an index on. */
    private interface ChunkWork {
        void run(int chunk, int from, int count, Scratch arrays);
    }

    private void forEachChunk(ChunkWork work) {
        int length = layout.parameters().length();
        loop.accept(
                part -> {
                    int end = (int) ((long) squares.length * (part + 1) / PARTS);
                    for (int chunk = (int) ((long) squares.length * part / PARTS); chunk < end; chunk++) {
                        int from = settings.trainedFrom() + chunk * CHUNK;
                        work.run(chunk, from, Math.min(CHUNK, length - from), scratch[part]);
                    }
                },
                PARTS);
    }

    @Override
    public double update(long step, float learningRate) {
        parameters.requireOpen();
        slots.requireOpen();
        float weight = read(layout.sumAt(ModelLayout.WEIGHT));
        if (weight == 0) {
            return 0;
        }
        forEachChunk((chunk, from, count, arrays) -> {
            readGradient(from, count, weight, arrays.g);
            squares[chunk] = sumOfSquares(arrays.g, count);
        });
        double sum = 0;
        for (double part : squares) {
            sum += part;
        }
        double norm = Math.sqrt(sum);
        if (!Double.isFinite(norm)) {
            return norm;
        }
        float factor = norm > settings.clipNorm() ? (float) (settings.clipNorm() / norm) : 1;
        forEachChunk((chunk, from, count, arrays) -> {
            slots.arrays(chunk, arrays.slots);
            move(from, count, weight, factor, learningRate, step + 1, arrays);
        });
        followStatistics();
        return norm;
    }

    private float read(int index) {
        float[] one = new float[1];
        additive.copyOut(index, one, 0, 1);
        return one[0];
    }

    /** The mean gradient, clipped by value. */
    private void readGradient(int from, int count, float weight, float[] g) {
        additive.copyOut(from, g, 0, count);
        for (int i = 0; i < count; i++) {
            g[i] /= weight;
        }
        float bound = settings.clipValue();
        if (bound < Float.POSITIVE_INFINITY) {
            for (int i = 0; i < count; i++) {
                g[i] = Math.max(-bound, Math.min(bound, g[i]));
            }
        }
    }

    /** In doubles, where no gradient overflows, and in eight sums, which do not wait for each other. */
    private static double sumOfSquares(float[] g, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        double e = 0;
        double f = 0;
        double h = 0;
        double k = 0;
        int i = 0;
        for (; i + 8 <= count; i += 8) {
            a += square(g[i]);
            b += square(g[i + 1]);
            c += square(g[i + 2]);
            d += square(g[i + 3]);
            e += square(g[i + 4]);
            f += square(g[i + 5]);
            h += square(g[i + 6]);
            k += square(g[i + 7]);
        }
        for (; i < count; i++) {
            a += square(g[i]);
        }
        return ((a + b) + (c + d)) + ((e + f) + (h + k));
    }

    private static double square(double x) {
        return x * x;
    }

    private void move(int from, int count, float weight, float factor, float rate, long t, Scratch arrays) {
        readGradient(from, count, weight, arrays.g);
        if (factor != 1) {
            for (int i = 0; i < count; i++) {
                arrays.g[i] *= factor;
            }
        }
        parameters.copyOut(from, arrays.w, 0, count);
        formula.apply(arrays.w, arrays.g, arrays.slots, count, rate, t);
        parameters.copyIn(from, arrays.w, 0, count);
    }

    private void followStatistics() {
        int length = layout.state().length();
        float rows = read(layout.rowsAt());
        if (length == 0 || rows == 0) {
            return;
        }
        float[] values = new float[length];
        float[] statistics = new float[length];
        state.copyOut(0, values, 0, length);
        additive.copyOut(layout.statisticsFrom(), statistics, 0, length);
        float decay = settings.stateDecay();
        for (int i = 0; i < length; i++) {
            values[i] = decay * values[i] + (1 - decay) * (statistics[i] / rows);
        }
        state.copyIn(0, values, 0, length);
    }

    @Override
    public Buffer slots() {
        return slots;
    }

    @Override
    public void close() {
        slots.close();
    }
}
