package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.sparkmlext.kernels.graph.Dropout;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;

/** Compiles dropout: a mask of bytes made in Java, and a product with it, forward and backward. */
final class Dropouts {

    /** More parts than threads, so that one that is late does not hold up the others. */
    private static final int PARTS = 8;

    private final Compilation c;
    private final Map<Value, Mask> masks = new HashMap<>();

    /** @param values description of what is multiplied */
    private record Mask(Tensor bytes, memory.desc values) {}

    Dropouts(Compilation c) {
        this.c = c;
    }

    void forward(Node node, Dropout op) {
        Tensor x = c.read(node.input(0));
        if (op.rate() == 0) {
            c.values().define(node.output(0), x);
            return;
        }
        Shape shape = c.shape(node.input(0));
        int block = Layouts.channelBlock(x.desc());
        if (block == 0
                && !Layouts.isPlain(x.desc())
                && !Layouts.isChannelsLast(x.desc())
                && !Layouts.isStepsFirst(x.desc())) {
            x = c.values().get(node.input(0), Layouts.plain(x.type(), shape));
        }
        Tensor mask = Tensor.of(Layouts.withType(x.desc(), memory.data_type.u8));
        Tensor rowNumbers = c.read(node.input(1));
        DropoutMask.Order order = order(shape, x.desc(), block);
        c.steps()
                .add("java mask", binding -> {
                    DropoutMask maker = new DropoutMask(op.rate(), op.stream(), shape.size(0), order, PARTS);
                    LongBuffer rows = binding.bytes(rowNumbers).asLongBuffer();
                    ByteBuffer bytes = binding.bytes(mask);
                    return key -> maker.fill(key, rows, bytes, binding.loop());
                })
                .read(rowNumbers)
                .writeOpaque(mask);
        masks.put(node.output(1), new Mask(mask, x.desc()));
        c.values().define(node.output(0), multiply(x, mask, op.rate()));
    }

    private static DropoutMask.Order order(Shape shape, memory.desc desc, int block) {
        if (shape.rank() != 4) {
            int steps = Layouts.isStepsFirst(desc) ? shape.size(1) : 1;
            return new DropoutMask.Order(shape.elementsPerRow(), 1, shape.elementsPerRow(), steps);
        }
        int channels = shape.size(1);
        int together = block > 0 ? block : Layouts.isChannelsLast(desc) ? channels : 1;
        return new DropoutMask.Order(channels, shape.size(2) * shape.size(3), together);
    }

    private Tensor multiply(Tensor x, Tensor mask, float rate) {
        primitive_attr attributes = StepList.attributes();
        post_ops scale = new post_ops();
        scale.append_eltwise(algorithm.eltwise_linear, 1 / (1 - rate), 0);
        attributes.set_post_ops(scale);
        Tensor y = Tensor.of(x.desc());
        // Element by element, so that the order of the axes does not matter; the library is quick in plain order.
        memory.desc values = Layouts.asLying(x.desc());
        memory.desc kept = Layouts.asLying(mask.desc());
        c.steps()
                .add(new binary.primitive_desc(
                        c.engine(), algorithm.binary_mul, values, kept, values, attributes, false))
                .read(dnnl.DNNL_ARG_SRC_0, x.as(values))
                .read(dnnl.DNNL_ARG_SRC_1, mask.as(kept))
                .write(dnnl.DNNL_ARG_DST, y.as(values));
        c.steps().mayShare(x, y);
        return y;
    }

    void gradient(Node node, Dropout.Gradient op) {
        if (op.rate() == 0) {
            c.values().define(node.output(0), c.read(node.input(0)));
            return;
        }
        Mask mask = masks.get(node.input(1));
        if (mask == null) {
            throw new IllegalArgumentException("the second input is no output of a dropout");
        }
        Tensor dy = c.values().get(node.input(0), mask.values());
        c.values().define(node.output(0), multiply(dy, mask.bytes(), op.rate()));
    }
}
