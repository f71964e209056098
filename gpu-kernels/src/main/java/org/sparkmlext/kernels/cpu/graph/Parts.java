package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.dnnl.memory;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Reshape;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Slice;

/** Compiles ops that move elements and compute nothing: slices and reshapes. */
record Parts(Compilation c) {

    void slice(Node node, Slice op) {
        Tensor whole = c.read(node.input(0));
        long[] sizes = Layouts.sizes(c.shape(node.output(0)));
        if (!isWhole(whole.desc(), op.axis(), op.from(), op.length())) {
            whole = c.values().get(node.input(0), Layouts.plain(whole.type(), c.shape(node.input(0))));
        }
        Tensor part = Tensor.of(ofSizes(whole.desc(), sizes));
        c.steps().reorder(whole.as(window(whole.desc(), sizes, op.axis(), op.from())), part);
        c.values().define(node.output(0), part);
    }

    void gradient(Node node, Slice.Gradient op) {
        Shape shape = op.whole();
        Tensor part = c.read(node.input(0));
        memory.desc wholeDesc = ofSizes(part.desc(), Layouts.sizes(shape));
        int length = c.shape(node.input(0)).size(op.axis());
        if (!isWhole(wholeDesc, op.axis(), op.from(), length)) {
            wholeDesc = Layouts.plain(part.type(), shape);
        }
        Tensor whole = Tensor.of(wholeDesc);
        c.steps().clear(whole);
        long[] sizes = Layouts.sizes(part.desc());
        c.steps().reorder(part, whole.as(window(wholeDesc, sizes, op.axis(), op.from())));
        c.values().define(node.output(0), whole);
    }

    /** Row by row, sequences lie as an image with its channels last does: nothing is moved. */
    void stepsAsPixels(Node node) {
        Tensor steps = c.read(node.input(0));
        Shape pixels = c.shape(node.output(0));
        Tensor plain = c.values().get(node.input(0), Layouts.plain(steps.type(), c.shape(node.input(0))));
        c.values().define(node.output(0), plain.as(Layouts.channelsLast(plain.type(), Layouts.sizes(pixels))));
    }

    void pixelsAsSteps(Node node) {
        Tensor made = c.read(node.input(0));
        long[] sizes = Layouts.sizes(c.shape(node.input(0)));
        Tensor pixels = c.values().get(node.input(0), Layouts.channelsLast(made.type(), sizes));
        c.values().define(node.output(0), pixels.as(Layouts.plain(pixels.type(), c.shape(node.output(0)))));
    }

    /** Whether a part along an axis consists of whole blocks of the layout. */
    private static boolean isWhole(memory.desc desc, int axis, int from, int length) {
        int block = Layouts.channelBlock(desc);
        return axis != 1 || block == 0 || (from % block == 0 && length % block == 0);
    }

    /** The same layout for other sizes. */
    private static memory.desc ofSizes(memory.desc desc, long[] sizes) {
        int block = Layouts.channelBlock(desc);
        if (block > 0) {
            return Layouts.blocked(desc.get_data_type(), block, sizes);
        }
        return Layouts.isChannelsLast(desc)
                ? Layouts.channelsLast(desc.get_data_type(), sizes)
                : Layouts.plain(desc.get_data_type(), sizes);
    }

    private static memory.desc window(memory.desc whole, long[] sizes, int axis, int from) {
        long[] offsets = new long[sizes.length];
        offsets[axis] = from;
        return whole.submemory_desc(sizes, offsets);
    }

    void reshape(Node node, Reshape op) {
        Tensor same = c.values().find(node.input(0), op.shape());
        if (same != null) {
            c.values().define(node.output(0), same);
            return;
        }
        Tensor made = c.read(node.input(0));
        Tensor plain = c.values().get(node.input(0), Layouts.plain(made.type(), c.shape(node.input(0))));
        c.values().define(node.output(0), plain.as(Layouts.plain(plain.type(), op.shape())));
    }
}
