package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.LastStep;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles ops that move whole steps of sequences: Java, byte by byte, so that every type of number will do. */
record Sequences(Compilation c) {

    private static final int PARTS = 8;

    /** Where the steps of N x T x K lie, in bytes. */
    private record Places(int rows, int steps, int bytes, int rowStride, int stepStride) {

        static Places of(memory.desc desc) {
            long[] sizes = Layouts.sizes(desc);
            int rows = (int) sizes[0];
            int steps = (int) sizes[1];
            int bytes = Math.toIntExact(desc.get_size() / ((long) rows * steps));
            return Layouts.isPlain(desc)
                    ? new Places(rows, steps, bytes, bytes * steps, bytes)
                    : new Places(rows, steps, bytes, bytes, bytes * rows);
        }

        int at(int row, int step) {
            return row * rowStride + step * stepStride;
        }
    }

    /** What is done with a row of a given length. */
    private interface OnRow {
        void run(int row, int length);
    }

    /** Lengths of rows as the caller gave them. */
    private static final class Lengths {
        private final String layer;
        private final @Nullable IntBuffer given;
        private final int steps;

        Lengths(Node node, Binding binding, @Nullable Tensor given, int steps) {
            layer = node.layer();
            this.given = given == null ? null : binding.bytes(given).asIntBuffer();
            this.steps = steps;
        }

        int of(int row) {
            int length = given == null ? steps : given.get(row);
            if (length < 0 || length > steps) {
                throw new IllegalArgumentException("layer '" + layer + "': row " + row + " of the batch has length "
                        + length + "; allowed are 0 to " + steps);
            }
            return length;
        }
    }

    private JavaStep.Work overRows(Node node, Binding binding, @Nullable Tensor given, Places places, OnRow onRow) {
        Lengths lengths = new Lengths(node, binding, given, places.steps());
        int parts = Math.min(PARTS, places.rows());
        int[] checked = new int[places.rows()];
        return key -> {
            for (int row = 0; row < checked.length; row++) {
                checked[row] = lengths.of(row);
            }
            binding.loop()
                    .accept(
                            part -> {
                                int end = (int) ((long) places.rows() * (part + 1) / parts);
                                for (int row = (int) ((long) places.rows() * part / parts); row < end; row++) {
                                    onRow.run(row, checked[row]);
                                }
                            },
                            parts);
        };
    }

    private @Nullable Tensor lengths(Node node) {
        return node.inputs().size() > 1 ? c.read(node.input(1)) : null;
    }

    /** A sequence as it was made, if that is row by row or step by step; else step by step. */
    private Tensor read(Value value) {
        Tensor made = c.read(value);
        memory.desc stepsFirst = Layouts.stepsFirst(made.type(), c.shape(value));
        return Layouts.isPlain(made.desc()) ? made : c.values().get(value, stepsFirst);
    }

    private static JavaStep withLengths(JavaStep step, @Nullable Tensor lengths) {
        return lengths == null ? step : step.read(lengths);
    }

    /** Sets what lies behind the end of each row to 0, in place. */
    void clearPadding(Node node, Tensor steps, Tensor lengths) {
        Places places = Places.of(steps.desc());
        c.steps()
                .add("java clear", binding -> {
                    ByteBuffer bytes = binding.bytes(steps);
                    byte[] zeros = new byte[places.bytes()];
                    return overRows(node, binding, lengths, places, (row, length) -> {
                        for (int step = length; step < places.steps(); step++) {
                            bytes.put(places.at(row, step), zeros);
                        }
                    });
                })
                .read(lengths)
                .read(steps)
                .write(steps);
    }

    void reverse(Node node) {
        Tensor x = read(node.input(0));
        Tensor y = Tensor.of(x.desc());
        Tensor lengths = lengths(node);
        Places places = Places.of(x.desc());
        JavaStep added = c.steps().add("java reverse", binding -> {
            ByteBuffer from = binding.bytes(x);
            ByteBuffer to = binding.bytes(y);
            byte[] zeros = new byte[places.bytes()];
            return overRows(node, binding, lengths, places, (row, length) -> {
                for (int step = 0; step < length; step++) {
                    to.put(places.at(row, step), from, places.at(row, length - 1 - step), places.bytes());
                }
                for (int step = length; step < places.steps(); step++) {
                    to.put(places.at(row, step), zeros);
                }
            });
        });
        withLengths(added.read(x).write(y), lengths);
        c.values().define(node.output(0), y);
    }

    void last(Node node) {
        Tensor x = read(node.input(0));
        Tensor y = Tensor.of(Layouts.plain(x.type(), c.shape(node.output(0))));
        Tensor lengths = lengths(node);
        Places places = Places.of(x.desc());
        JavaStep added = c.steps().add("java last step", binding -> {
            ByteBuffer from = binding.bytes(x);
            ByteBuffer to = binding.bytes(y);
            byte[] zeros = new byte[places.bytes()];
            return overRows(node, binding, lengths, places, (row, length) -> {
                if (length == 0) {
                    to.put(row * places.bytes(), zeros);
                } else {
                    to.put(row * places.bytes(), from, places.at(row, length - 1), places.bytes());
                }
            });
        });
        withLengths(added.read(x).write(y), lengths);
        c.values().define(node.output(0), y);
    }

    void lastGradient(Node node, LastStep.Gradient op) {
        Shape shape = c.shape(node.input(0));
        Tensor made = c.read(node.input(0));
        Tensor dy = c.values().get(node.input(0), Layouts.plain(made.type(), shape));
        Tensor dx = Tensor.of(Layouts.stepsFirst(dy.type(), op.steps()));
        Tensor lengths = lengths(node);
        Places places = Places.of(dx.desc());
        JavaStep added = c.steps().add("java last step", binding -> {
            ByteBuffer from = binding.bytes(dy);
            ByteBuffer to = binding.bytes(dx);
            byte[] zeros = new byte[places.bytes()];
            return overRows(node, binding, lengths, places, (row, length) -> {
                for (int step = 0; step < places.steps(); step++) {
                    to.put(places.at(row, step), zeros);
                }
                if (length > 0) {
                    to.put(places.at(row, length - 1), from, row * places.bytes(), places.bytes());
                }
            });
        });
        withLengths(added.read(dy).write(dx), lengths);
        c.values().define(node.output(0), dx);
    }
}
