package org.sparkmlext.kernels.cpu.graph;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Embedding;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.PositionalEncoding;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles what makes vectors of ids and of places: Java, in float32. */
record Embeddings(Compilation c) {

    private static final int PARTS = 8;

    private RowLoop loop(Node node, Shape ids, int lengthsAt) {
        @Nullable Tensor lengths = node.inputs().size() > lengthsAt ? c.read(node.input(lengthsAt)) : null;
        return new RowLoop(node, lengths, ids.size(0), ids.size(1));
    }

    void forward(Node node) {
        Tensor ids = c.readPlain(node.input(0));
        Tensor table = c.readPlain(node.input(1));
        Tensor y = Tensor.of(Layouts.plain(Layouts.F32, c.shape(node.output(0))));
        int vocabulary = c.shape(node.input(1)).size(0);
        int units = c.shape(node.input(1)).size(1);
        RowLoop loop = loop(node, c.shape(node.input(0)), 2);
        JavaStep step = c.steps().add("java", binding -> {
            FloatBuffer from = binding.bytes(ids).asFloatBuffer();
            FloatBuffer vectors = binding.bytes(table).asFloatBuffer();
            FloatBuffer to = binding.bytes(y).asFloatBuffer();
            float[] zeros = new float[units];
            return loop.work(binding, (row, length) -> {
                for (int t = 0; t < loop.steps(); t++) {
                    int at = row * loop.steps() + t;
                    if (t < length) {
                        int id = id(node, from.get(at), row, t, vocabulary);
                        to.put(at * units, vectors, id * units, units);
                    } else {
                        to.put(at * units, zeros);
                    }
                }
            });
        });
        loop.readBy(step.read(ids).read(table).write(y));
        c.values().define(node.output(0), y);
    }

    private static int id(Node node, float value, int row, int step, int vocabulary) {
        int id = (int) value;
        if (id != value || id < 0 || id >= vocabulary) {
            throw new IllegalArgumentException("layer '" + node.layer() + "': step " + step + " of row " + row
                    + " of the batch has the id " + value + "; allowed are whole numbers 0 to " + (vocabulary - 1)
                    + ". Map what is unknown to 0, or widen the vocabulary.");
        }
        return id;
    }

    void gradient(Node node, Embedding.Gradient op) {
        Tensor dy = c.readPlain(node.input(0));
        Tensor ids = c.readPlain(node.input(1));
        Tensor dTable = c.makePlain(node.output(0));
        int units = op.table().size(1);
        RowLoop loop = loop(node, c.shape(node.input(1)), 2);
        c.steps().clear(dTable);
        JavaStep step = c.steps().add("java", binding -> {
            FloatBuffer from = binding.bytes(dy).asFloatBuffer();
            FloatBuffer read = binding.bytes(ids).asFloatBuffer();
            FloatBuffer to = binding.bytes(dTable).asFloatBuffer();
            @Nullable Tensor given = loop.lengths();
            IntBuffer lengths = given == null ? null : binding.bytes(given).asIntBuffer();
            int[] checked = new int[loop.rows()];
            int parts = Math.min(PARTS, units);
            // Each thread has some of the units of every vector, so that no two add to one number, and the order is
            // that of the steps.
            return key -> {
                loop.check(lengths, checked);
                binding.loop()
                        .accept(
                                part -> scatter(
                                        from,
                                        read,
                                        to,
                                        checked,
                                        loop.steps(),
                                        units,
                                        units * part / parts,
                                        units * (part + 1) / parts),
                                parts);
            };
        });
        loop.readBy(step.read(dy).read(ids).read(dTable).write(dTable));
        c.values().define(node.output(0), dTable);
    }

    private static void scatter(
            FloatBuffer from,
            FloatBuffer ids,
            FloatBuffer to,
            int[] lengths,
            int steps,
            int units,
            int firstUnit,
            int end) {
        for (int row = 0; row < lengths.length; row++) {
            for (int t = 0; t < lengths[row]; t++) {
                int at = (row * steps + t) * units;
                int target = (int) ids.get(row * steps + t) * units;
                for (int u = firstUnit; u < end; u++) {
                    to.put(target + u, to.get(target + u) + from.get(at + u));
                }
            }
        }
    }

    void encode(Node node) {
        Tensor x = c.readPlain(node.input(0));
        Tensor y = Tensor.of(x.desc());
        Shape shape = c.shape(node.input(0));
        float[] table = PositionalEncoding.table(shape);
        RowLoop loop = new RowLoop(node, null, shape.size(0), shape.size(1));
        c.steps()
                .add("java", binding -> {
                    FloatBuffer from = binding.bytes(x).asFloatBuffer();
                    FloatBuffer to = binding.bytes(y).asFloatBuffer();
                    return loop.work(binding, (row, length) -> {
                        float[] steps = new float[table.length];
                        from.get(row * table.length, steps);
                        for (int i = 0; i < table.length; i++) {
                            steps[i] += table[i];
                        }
                        to.put(row * table.length, steps);
                    });
                })
                .read(x)
                .write(y);
        c.values().define(node.output(0), y);
    }
}
