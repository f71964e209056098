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

    private static final int PARTS = 8;
    private static final int BYTE_VALUES = 256;

    void forward(Node node, Image op) {
        Tensor pixels = c.read(node.input(0));
        boolean isByte = c.graph().type(node.input(0)).element() == Element.BYTE;
        Shape shape = c.shape(node.output(0));
        long[] sizes = Layouts.sizes(shape);
        c.values().defineLater(node.output(0), wanted -> {
            memory.data_type type = wanted.get_data_type() == Layouts.BF16 ? Layouts.BF16 : Layouts.F32;
            boolean arePlanes = Layouts.isPlain(wanted);
            Tensor y = Tensor.of(arePlanes ? Layouts.plain(type, sizes) : Layouts.channelsLast(type, sizes));
            c.steps()
                    .within(
                            node,
                            () -> c.steps()
                                    .add(arePlanes ? "java planes" : "java channels last", binding -> {
                                        Job job = new Job(op, shape, arePlanes, binding, pixels, isByte, y);
                                        int parts = Math.min(PARTS, shape.size(0));
                                        return key -> binding.loop().accept(job.part(parts), parts);
                                    })
                                    .read(pixels)
                                    .write(y));
            return y;
        });
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
            return part -> {
                byte[] in = new byte[bytes == null ? 0 : shape.elementsPerRow()];
                float[] row = new float[shape.elementsPerRow()];
                float[] out = arePlanes ? new float[row.length] : row;
                int end = (int) ((long) rows * (part + 1) / parts);
                for (int i = (int) ((long) rows * part / parts); i < end; i++) {
                    read(i, in, row);
                    if (arePlanes) {
                        toPlanes(row, out);
                    }
                    write(i, out);
                }
            };
        }

        private void read(int index, byte[] in, float[] row) {
            int channels = scale.length;
            if (bytes != null) {
                bytes.get(index * row.length, in);
                for (int channel = 0; channel < channels; channel++) {
                    float[] table = scaled[channel];
                    for (int i = channel; i < row.length; i += channels) {
                        row[i] = table[in[i] & 0xFF];
                    }
                }
            } else if (floats != null) {
                floats.get(index * row.length, row);
                for (int channel = 0; channel < channels; channel++) {
                    for (int i = channel; i < row.length; i += channels) {
                        row[i] = row[i] * scale[channel] + shift[channel];
                    }
                }
            }
        }

        private void toPlanes(float[] row, float[] planes) {
            int channels = scale.length;
            int pixels = row.length / channels;
            for (int channel = 0; channel < channels; channel++) {
                for (int i = 0; i < pixels; i++) {
                    planes[channel * pixels + i] = row[i * channels + channel];
                }
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
