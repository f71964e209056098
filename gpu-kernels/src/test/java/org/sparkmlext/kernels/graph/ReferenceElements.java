package org.sparkmlext.kernels.graph;

/** Ops that move, add, multiply and drop elements. */
final class ReferenceElements {

    private ReferenceElements() {}

    static double[] sum(Tensor[] inputs) {
        double[] y = inputs[0].numbers().clone();
        for (int i = 1; i < inputs.length; i++) {
            for (int k = 0; k < y.length; k++) {
                y[k] += inputs[i].numbers()[k];
            }
        }
        return y;
    }

    static double[] multiply(double[] a, double[] b) {
        double[] y = new double[a.length];
        for (int k = 0; k < y.length; k++) {
            y[k] = a[k] * b[k];
        }
        return y;
    }

    static double[] concat(Concat op, Tensor[] inputs, Shape whole) {
        double[] y = new double[whole.elements()];
        int from = 0;
        for (Tensor input : inputs) {
            copy(input.numbers(), y, op.axis(), from, input.shape(), whole, false);
            from += input.shape().size(op.axis());
        }
        return y;
    }

    static double[] slice(Slice op, Tensor whole, Shape part) {
        double[] y = new double[part.elements()];
        copy(y, whole.numbers(), op.axis(), op.from(), part, whole.shape(), true);
        return y;
    }

    static double[] sliceGradient(Slice.Gradient op, Tensor part) {
        double[] y = new double[op.whole().elements()];
        copy(part.numbers(), y, op.axis(), op.from(), part.shape(), op.whole(), false);
        return y;
    }

    /** Copies between a part of an axis and the whole. */
    private static void copy(
            double[] part, double[] whole, int axis, int from, Shape ofPart, Shape ofWhole, boolean isToPart) {
        int inner = 1;
        for (int a = axis + 1; a < ofPart.rank(); a++) {
            inner *= ofPart.size(a);
        }
        for (int i = 0; i < part.length; i++) {
            int outer = i / (ofPart.size(axis) * inner);
            int along = i / inner % ofPart.size(axis);
            int at = (outer * ofWhole.size(axis) + from + along) * inner + i % inner;
            if (isToPart) {
                part[i] = whole[at];
            } else {
                whole[at] = part[i];
            }
        }
    }

    static double[] image(Image op, Tensor pixels, Shape images) {
        double[] y = new double[images.elements()];
        Shape from = pixels.shape();
        for (int n = 0; n < from.size(0); n++) {
            for (int h = 0; h < from.size(1); h++) {
                for (int w = 0; w < from.size(2); w++) {
                    for (int c = 0; c < from.size(3); c++) {
                        y[Tensor.at(images, n, c, h, w)] = pixels.numbers()[Tensor.at(from, n, h, w, c)]
                                        * op.scale().get(c)
                                + op.shift().get(c);
                    }
                }
            }
        }
        return y;
    }

    /** 1 for each element that stays. */
    static long[] kept(Dropout op, Shape shape, long[] rowNumbers, RunKey key) {
        long[] kept = new long[shape.elements()];
        int width = shape.elementsPerRow();
        for (int i = 0; i < kept.length; i++) {
            long rowKey = CounterRandom.rowKey(key.seed(), key.step(), op.stream(), rowNumbers[i / width]);
            int position = i % width;
            if (shape.rank() == 4) {
                int area = shape.size(2) * shape.size(3);
                position = position % area * shape.size(1) + position / area;
            }
            kept[i] = CounterRandom.bits(rowKey, position) < CounterRandom.threshold(op.rate()) ? 0 : 1;
        }
        return kept;
    }

    static double[] drop(float rate, double[] x, long[] kept) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = kept[i] == 0 ? 0 : x[i] / (1 - (double) rate);
        }
        return y;
    }
}
