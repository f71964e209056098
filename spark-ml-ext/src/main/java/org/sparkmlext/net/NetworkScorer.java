package org.sparkmlext.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.ModelMemory;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Program;
import org.sparkmlext.kernels.graph.RunKey;

/**
 * Scores rows with a trained network on one device. Knows no Spark. Used by one thread at a time, which may change.
 *
 * <p>Rows go through programs of a few batch sizes, compiled when first needed: as many full batches of {@value #LARGEST} as there are,
 * then the rest in smaller ones, padded with zeros where the next size is at least half full.
 */
public final class NetworkScorer implements AutoCloseable {

    /** Most rows of a program. */
    public static final int LARGEST = 256;

    private static final int[] SIZES = {LARGEST, 32, 8, 1};
    private static final RunKey KEY = new RunKey(0, 0);

    private final NetworkModel model;
    private final @Nullable String embeddings;
    private final ModelMemory memory;
    private final NetworkPrograms programs;
    private final int width;
    /** Values of a step; of rows without steps all of them. */
    private final int features;

    private final Standardisation.Scale inputs;
    private final Standardisation.Scale targets;
    /** Whether a batch has not come to its end: the device may be at fault. */
    private boolean hasFailed;

    /**
     * @param backend stays the caller's
     * @param embeddings layer whose values are wanted too, or null
     */
    public NetworkScorer(
            NetworkModel model,
            Backend backend,
            Precision precision,
            NetworkGraphs.Link link,
            @Nullable String embeddings) {
        this.model = model;
        this.embeddings = embeddings;
        NetworkGraphs graphs = new NetworkGraphs(model.architecture());
        GraphKernels kernels = backend.graphs();
        memory = kernels.allocate(graphs.layout(), false);
        memory.parameters().copyIn(0, model.parameters(), 0, model.parameters().length);
        memory.state().copyIn(0, model.state(), 0, model.state().length);
        programs = new NetworkPrograms(kernels, precision, memory, rows -> graphs.scoringGraph(rows, link, embeddings));
        width = input().rowLength();
        features = input() instanceof SequenceInput sequence ? sequence.features() : width;
        inputs = input().standardisation().scale();
        targets = model.architecture().targets().scale();
    }

    /** Values a row has. */
    public int width() {
        return width;
    }

    /** What a row is. */
    public NetworkInput input() {
        return model.architecture().input();
    }

    /** Whether rows are unsigned bytes; else floats. */
    public boolean takesBytes() {
        return model.architecture().input().takesBytes();
    }

    /** Scores {@code count} rows of unsigned bytes, one after the other. */
    public void score(byte[] rows, int count, Sink sink) {
        score(count, sink, (program, from, some, size) -> {
            Buffer buffer = program.input(NetworkGraphs.INPUT);
            buffer.copyIn(0, rows, from * width, some * width);
            if (some < size) {
                byte[] padding = new byte[(size - some) * width];
                buffer.copyIn(some * width, padding, 0, padding.length);
            }
        });
    }

    /** Scores {@code count} rows of floats, one after the other; sequences have all steps. See the other method. */
    public void score(float[] rows, int count, Sink sink) {
        requireNoLengths();
        int[] lengths = new int[count];
        Arrays.fill(lengths, width / features);
        score(rows, lengths, count, sink);
    }

    private void requireNoLengths() {
        if (input().hasLengths()) {
            throw new IllegalStateException(
                    "the network takes a " + input().describe() + "; give the rows' lengths too");
        }
    }

    /**
     * Scores {@code count} sequences, one after the other, each of as many steps as the input has: shorter ones end in zeros. They are
     * standardised in place where the network wants them so; rows that are no sequences are of one step.
     *
     * @param lengths steps of each, at least 1; all of them where the input has no lengths
     */
    public void score(float[] rows, int[] lengths, int count, Sink sink) {
        for (int row = 0; row < count && !inputs.isNone(); row++) {
            for (int step = 0; step < lengths[row]; step++) {
                inputs.apply(rows, row * width + step * features, features);
            }
        }
        score(count, sink, (program, from, some, size) -> {
            writeFloats(program.input(NetworkGraphs.INPUT), rows, from, some, size);
            if (input().hasLengths()) {
                // What pads the batch is one step of zeros a row.
                int[] padded = new int[size];
                Arrays.fill(padded, 1);
                System.arraycopy(lengths, from, padded, 0, some);
                program.input(NetworkGraphs.LENGTHS).copyIn(0, padded, 0, size);
            }
        });
    }

    private void writeFloats(Buffer buffer, float[] rows, int from, int some, int size) {
        buffer.copyIn(0, rows, from * width, some * width);
        if (some < size) {
            float[] padding = new float[(size - some) * width];
            buffer.copyIn(some * width, padding, 0, padding.length);
        }
    }

    /** What scoring gives of one row. */
    @FunctionalInterface
    public interface Sink {
        /**
         * @param row number of the row, from 0
         * @param logits what the last layer gives, numbers in the units of the targets
         * @param embeddings what the named layer gives, or null where none is
         */
        void take(int row, float[] logits, float @Nullable [] embeddings);
    }

    /** Writes rows {@code [from, from + some)} into the inputs of a program of {@code size} rows. */
    private interface Writer {
        void write(Program program, int from, int some, int size);
    }

    private void score(int count, Sink sink, Writer writer) {
        boolean isOver = false;
        try {
            scoreAll(count, sink, writer);
            isOver = true;
        } finally {
            hasFailed |= !isOver;
        }
    }

    /** Whether it must not be used again. */
    boolean hasFailed() {
        return hasFailed;
    }

    private void scoreAll(int count, Sink sink, Writer writer) {
        for (int from = 0; from < count; ) {
            int size = batchSize(count - from);
            int some = Math.min(size, count - from);
            Program program = programs.of(size);
            requireType(program.input(NetworkGraphs.INPUT));
            writer.write(program, from, some, size);
            program.run(KEY);
            float[] logits = output(program, NetworkGraphs.LOGITS);
            float[] values = embeddings == null ? null : output(program, NetworkGraphs.EMBEDDINGS);
            for (int i = 0; i < some; i++) {
                float[] raw = row(logits, i, size);
                targets.undo(raw, 0, raw.length);
                sink.take(from + i, raw, values == null ? null : row(values, i, size));
            }
            from += some;
        }
    }

    /** The largest size that is full, or the next larger one where that is at least half full. */
    static int batchSize(int rows) {
        for (int i = 0; i < SIZES.length; i++) {
            if (rows >= SIZES[i]) {
                return i > 0 && rows * 2 >= SIZES[i - 1] ? SIZES[i - 1] : SIZES[i];
            }
        }
        throw new IllegalArgumentException("a batch of " + rows + " rows");
    }

    private void requireType(Buffer input) {
        if ((input.type() == ElementType.BYTE) != takesBytes()) {
            throw new IllegalStateException("the network's input is of " + input.type());
        }
    }

    private static float[] output(Program program, String name) {
        Buffer buffer = program.output(name);
        float[] all = new float[buffer.length()];
        buffer.copyOut(0, all, 0, all.length);
        return all;
    }

    private static float[] row(float[] all, int row, int rows) {
        int width = all.length / rows;
        return Arrays.copyOfRange(all, row * width, (row + 1) * width);
    }

    /** Bytes of memory outside the heap. */
    public long memoryBytes() {
        return programs.memoryBytes();
    }

    @Override
    public void close() {
        programs.close();
        memory.close();
    }
}
