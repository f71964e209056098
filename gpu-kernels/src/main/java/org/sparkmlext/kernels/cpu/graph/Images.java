package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.function.IntConsumer;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Image;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;

/** Compiles pixels to numbers: Java, straight into the layout and type that the first reader wants, if that is planes or channels last. */
record Images(Compilation c) {

    private static final int MOST_PARTS = 8;
    /** Fewer are done by one thread in less time than another takes to come: on its core a thread of the library still looks out for work. */
    private static final int NUMBERS_A_PART = 1 << 18;

    private static final int BYTE_VALUES = 256;

    void forward(Node node, Image op) {
        Tensor pixels = c.read(node.input(0));
        boolean isByte = c.graph().type(node.input(0)).element() == Element.BYTE;
        Shape shape = c.shape(node.output(0));
        long[] sizes = Layouts.sizes(shape);
        c.values().defineLater(node.output(0), wanted -> {
            memory.data_type type = Layouts.type(wanted) == Layouts.BF16 ? Layouts.BF16 : Layouts.F32;
            boolean arePlanes = Layouts.isPlain(wanted);
            Tensor y = Tensor.of(arePlanes ? Layouts.plain(type, sizes) : Layouts.channelsLast(type, sizes));
            c.steps()
                    .within(
                            node,
                            () -> c.steps()
                                    .add(arePlanes ? "java planes" : "java channels last", binding -> {
                                        Job job = new Job(op, shape, arePlanes, binding, pixels, isByte, y);
                                        int parts = parts(shape);
                                        return key -> binding.loop().accept(job.part(parts), parts);
                                    })
                                    .read(pixels)
                                    .write(y));
            return y;
        });
    }

    private static int parts(Shape shape) {
        int worth = Math.max(1, shape.elements() / NUMBERS_A_PART);
        return Math.min(Math.min(MOST_PARTS, worth), shape.size(0));
    }

    /** The rows of a batch. */
    private static final class Job {
        private final Shape shape;
        private final boolean arePlanes;
        private final float[][] scaled;
        private final float[] scale;
        private final float[] shift;
        private final @Nullable ByteBuffer bytes;
        private final @Nullable FloatBuffer floats;
        private final @Nullable FloatBuffer asFloats;
        private final @Nullable ShortBuffer asShorts;

        Job(Image op, Shape shape, boolean arePlanes, Binding binding, Tensor pixels, boolean isByte, Tensor y) {
            this.shape = shape;
            this.arePlanes = arePlanes;
            int channels = shape.size(1);
            scale = new float[channels];
            shift = new float[channels];
            scaled = new float[channels][isByte ? BYTE_VALUES : 0];
            for (int channel = 0; channel < channels; channel++) {
                scale[channel] = op.scale().get(channel);
                shift[channel] = op.shift().get(channel);
                for (int value = 0; value < scaled[channel].length; value++) {
                    scaled[channel][value] = value * scale[channel] + shift[channel];
                }
            }
            bytes = isByte ? binding.bytes(pixels) : null;
            floats = isByte ? null : binding.bytes(pixels).asFloatBuffer();
            boolean isFloat = y.type() == Layouts.F32;
            asFloats = isFloat ? binding.bytes(y).asFloatBuffer() : null;
            asShorts = isFloat ? null : binding.bytes(y).asShortBuffer();
        }

        IntConsumer part(int parts) {
            int rows = shape.size(0);
            int pixels = shape.size(2) * shape.size(3);
            // Distance of two pixels of a channel, and of two channels of a pixel, in what is written.
            int pixelStep = arePlanes ? 1 : scale.length;
            int channelStep = arePlanes ? pixels : 1;
            return part -> {
                byte[] in = new byte[bytes == null ? 0 : shape.elementsPerRow()];
                float[] floatsIn = new float[floats == null ? 0 : shape.elementsPerRow()];
                float[] out = new float[shape.elementsPerRow()];
                int end = (int) ((long) rows * (part + 1) / parts);
                for (int i = (int) ((long) rows * part / parts); i < end; i++) {
                    read(i, in, floatsIn);
                    for (int channel = 0; channel < scale.length; channel++) {
                        if (bytes != null) {
                            look(in, channel, out, channel * channelStep, pixelStep);
                        } else {
                            compute(floatsIn, channel, out, channel * channelStep, pixelStep);
                        }
                    }
                    write(i, out);
                }
            };
        }

        private void read(int index, byte[] in, float[] floatsIn) {
            if (bytes != null) {
                bytes.get(index * in.length, in);
            } else if (floats != null) {
                floats.get(index * floatsIn.length, floatsIn);
            }
        }

        private void look(byte[] in, int channel, float[] out, int to, int step) {
            float[] table = scaled[channel];
            int channels = scale.length;
            int at = to;
            for (int i = channel; i < in.length; i += channels) {
                out[at] = table[in[i] & 0xFF];
                at += step;
            }
        }

        private void compute(float[] in, int channel, float[] out, int to, int step) {
            float factor = scale[channel];
            float summand = shift[channel];
            int channels = scale.length;
            int at = to;
            for (int i = channel; i < in.length; i += channels) {
                out[at] = in[i] * factor + summand;
                at += step;
            }
        }

        private void write(int index, float[] row) {
            if (asFloats != null) {
                asFloats.put(index * row.length, row);
            } else if (asShorts != null) {
                short[] rounded = new short[row.length];
                for (int i = 0; i < row.length; i++) {
                    rounded[i] = Bfloat16.round(row[i]);
                }
                asShorts.put(index * row.length, rounded);
            }
        }
    }
}
