package org.sparkmlext.kernels.cpu.graph;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.LongPointer;
import org.sparkmlext.kernels.graph.Shape;

/** Descriptions of tensors by type, shape and layout. */
final class Layouts {

    static final memory.data_type F32 = memory.data_type.f32;
    static final memory.data_type BF16 = memory.data_type.bf16;

    /** Layouts of images that keep channels together, in whole or in blocks. */
    private static final List<memory.format_tag> BLOCKED_IMAGES =
            List.of(memory.format_tag.aBcd16b, memory.format_tag.aBcd8b, memory.format_tag.aBcd4b);

    private Layouts() {}

    static long[] sizes(Shape shape) {
        return shape.sizes().stream().mapToLong(Integer::longValue).toArray();
    }

    static long[] sizes(memory.desc desc) {
        long[] sizes = new long[desc.get_ndims()];
        LongPointer pointer = desc.get_dims();
        pointer.get(sizes);
        return sizes;
    }

    /** Row-major order. */
    static memory.desc plain(memory.data_type type, long... sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        return new memory.desc(sizes, type, strides);
    }

    static memory.desc plain(memory.data_type type, Shape shape) {
        return plain(type, sizes(shape));
    }

    /** The library chooses. */
    static memory.desc any(memory.data_type type, long... sizes) {
        return new memory.desc(sizes, type, memory.format_tag.any);
    }

    static memory.desc channelsLast(memory.data_type type, long... sizes) {
        return new memory.desc(sizes, type, memory.format_tag.acdb);
    }

    /** Sequences N x T x K step by step: all rows of a step lie together. */
    static memory.desc stepsFirst(memory.data_type type, Shape shape) {
        return stepsFirst(type, sizes(shape));
    }

    private static memory.desc stepsFirst(memory.data_type type, long... sizes) {
        return new memory.desc(sizes, type, new long[] {sizes[2], sizes[0] * sizes[2], 1});
    }

    /** Whether sequences lie step by step, and not row by row as well. */
    static boolean isStepsFirst(memory.desc desc) {
        if (desc.get_ndims() != 3 || isPlain(desc)) {
            return false;
        }
        return desc.equals(stepsFirst(desc.get_data_type(), sizes(desc)));
    }

    /** The same memory in plain order: sequences that lie step by step as T x N x K, others as they are. */
    static memory.desc asLying(memory.desc desc) {
        if (!isStepsFirst(desc)) {
            return desc;
        }
        long[] sizes = sizes(desc);
        return plain(desc.get_data_type(), sizes[1], sizes[0], sizes[2]);
    }

    /** N x A x B in plain order, seen as N x B x A. */
    static memory.desc transposed(memory.desc plain) {
        long[] sizes = sizes(plain);
        return new memory.desc(new long[] {sizes[0], sizes[2], sizes[1]}, plain.get_data_type(), new long[] {
            sizes[1] * sizes[2], 1, sizes[2]
        });
    }

    /** Channels in one block of 16, 8 or 4 after the other. */
    static memory.desc blocked(memory.data_type type, int block, long... sizes) {
        return new memory.desc(sizes, type, memory.format_tag.valueOf("aBcd" + block + "b"));
    }

    /** How many channels lie together in an image of a blocked layout; 0 for other layouts. */
    static int channelBlock(memory.desc desc) {
        if (desc.get_ndims() != 4) {
            return 0;
        }
        for (memory.format_tag tag : BLOCKED_IMAGES) {
            if (desc.equals(new memory.desc(sizes(desc), desc.get_data_type(), tag))) {
                return Integer.parseInt(tag.name().replaceAll("\\D", ""));
            }
        }
        return 0;
    }

    /** The type of a description's elements. What the library hands out is a new object each time: only interned ones compare. */
    static memory.data_type type(memory.desc desc) {
        return desc.get_data_type().intern();
    }

    static boolean isPlain(memory.desc desc) {
        return desc.equals(plain(desc.get_data_type(), sizes(desc)));
    }

    static boolean isChannelsLast(memory.desc desc) {
        return desc.get_ndims() == 4 && desc.equals(channelsLast(desc.get_data_type(), sizes(desc)));
    }

    /** The same layout with another type; blocks and strides that are none of ours become plain. */
    static memory.desc withType(memory.desc desc, memory.data_type type) {
        if (type(desc) == type) {
            return desc;
        }
        long[] sizes = sizes(desc);
        int block = channelBlock(desc);
        if (block > 0) {
            return blocked(type, block, sizes);
        }
        if (isStepsFirst(desc)) {
            return stepsFirst(type, sizes);
        }
        return isChannelsLast(desc) ? channelsLast(type, sizes) : plain(type, sizes);
    }
}
