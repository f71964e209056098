package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.LastStep;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles ops that move whole steps of sequences: Java, byte by byte, so that every type of number will do. */
record Sequences(Compilation c) {

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

    private @Nullable Tensor lengths(Node node) {
        return node.inputs().size() > 1 ? c.read(node.input(1)) : null;
    }

    /** A sequence as it was made, if that is row by row or step by step; else step by step. */
    private Tensor read(Value value) {
        Tensor made = c.read(value);
        memory.desc stepsFirst = Layouts.stepsFirst(made.type(), c.shape(value));
        return Layouts.isPlain(made.desc()) ? made : c.values().get(value, stepsFirst);
    }

    private static RowLoop loop(Node node, @Nullable Tensor lengths, Places places) {
        return new RowLoop(node, lengths, places.rows(), places.steps());
    }

    /** Sets what lies behind the end of each row to 0, in place. */
    void clearPadding(Node node, Tensor steps, Tensor lengths) {
        Places places = Places.of(steps.desc());
        RowLoop loop = loop(node, lengths, places);
        c.steps()
                .add("java clear", binding -> {
                    ByteBuffer bytes = binding.bytes(steps);
                    byte[] zeros = new byte[places.bytes()];
                    return loop.work(binding, (row, length) -> {
                        for (int step = length; step < places.steps(); step++) {
                            bytes.put(places.at(row, step), zeros);
                        }
                    });
                })
                .read(lengths)
                .read(steps)
                .write(steps);
    }

    void mask(Node node) {
        Tensor x = read(node.input(0));
        Tensor y = Tensor.of(x.desc());
        c.steps().reorder(x, y);
        clearPadding(node, y, c.read(node.input(1)));
        c.values().define(node.output(0), y);
    }

    void reverse(Node node) {
        Tensor x = read(node.input(0));
        Tensor y = Tensor.of(x.desc());
        Tensor lengths = lengths(node);
        Places places = Places.of(x.desc());
        RowLoop loop = loop(node, lengths, places);
        JavaStep added = c.steps().add("java reverse", binding -> {
            ByteBuffer from = binding.bytes(x);
            ByteBuffer to = binding.bytes(y);
            byte[] zeros = new byte[places.bytes()];
            return loop.work(binding, (row, length) -> {
                for (int step = 0; step < length; step++) {
                    to.put(places.at(row, step), from, places.at(row, length - 1 - step), places.bytes());
                }
                for (int step = length; step < places.steps(); step++) {
                    to.put(places.at(row, step), zeros);
                }
            });
        });
        loop.readBy(added.read(x).write(y));
        c.values().define(node.output(0), y);
    }

    void last(Node node) {
        Tensor x = read(node.input(0));
        Tensor y = Tensor.of(Layouts.plain(x.type(), c.shape(node.output(0))));
        Tensor lengths = lengths(node);
        Places places = Places.of(x.desc());
        RowLoop loop = loop(node, lengths, places);
        JavaStep added = c.steps().add("java last step", binding -> {
            ByteBuffer from = binding.bytes(x);
            ByteBuffer to = binding.bytes(y);
            byte[] zeros = new byte[places.bytes()];
            return loop.work(binding, (row, length) -> {
                if (length == 0) {
                    to.put(row * places.bytes(), zeros);
                } else {
                    to.put(row * places.bytes(), from, places.at(row, length - 1), places.bytes());
                }
            });
        });
        loop.readBy(added.read(x).write(y));
        c.values().define(node.output(0), y);
    }

    void lastGradient(Node node, LastStep.Gradient op) {
        Shape shape = c.shape(node.input(0));
        Tensor made = c.read(node.input(0));
        Tensor dy = c.values().get(node.input(0), Layouts.plain(made.type(), shape));
        Tensor dx = Tensor.of(Layouts.stepsFirst(dy.type(), op.steps()));
        Tensor lengths = lengths(node);
        Places places = Places.of(dx.desc());
        RowLoop loop = loop(node, lengths, places);
        JavaStep added = c.steps().add("java last step", binding -> {
            ByteBuffer from = binding.bytes(dy);
            ByteBuffer to = binding.bytes(dx);
            byte[] zeros = new byte[places.bytes()];
            return loop.work(binding, (row, length) -> {
                for (int step = 0; step < places.steps(); step++) {
                    to.put(places.at(row, step), zeros);
                }
                if (length > 0) {
                    to.put(places.at(row, length - 1), from, row * places.bytes(), places.bytes());
                }
            });
        });
        loop.readBy(added.read(dy).write(dx));
        c.values().define(node.output(0), dx);
    }
}
