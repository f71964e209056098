package org.sparkmlext.ml.feature;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkmlext.data.ImageShape;

/**
 * Brings images to one size. Stateless.
 *
 * @param shape height, width and channels (1 or 3) of the result
 * @param mode how another ratio of the sides is dealt with
 * @param interpolation how pixels are made of pixels
 */
record ImageResizer(ImageShape shape, Mode mode, Interpolation interpolation) implements Serializable {

    /** How an image of another ratio of its sides is brought to size. */
    enum Mode {
        /** Both axes are scaled for themselves. */
        STRETCH,
        /** Scaled so that it covers the result; what juts out is cut off on both sides alike. */
        CROP,
        /** Scaled so that it fits into the result; the rest is black, on both sides alike. */
        PAD
    }

    /** How pixels are made of pixels. */
    enum Interpolation {
        /** Linear in both axes between the nearest four, also when shrinking. */
        BILINEAR,
        /** The mean of the area when shrinking, else as bilinear. */
        AREA
    }

    /** Pixels of the result, row by row. */
    byte[] resize(PixelImage image) {
        // Greys are resized as one channel, whatever becomes of them.
        PixelImage source = shape.channels() == 1 ? image.grey() : image;
        PixelImage resized =
                source.height() == shape.height() && source.width() == shape.width() ? source : resampled(source);
        return (shape.channels() == 3 ? resized.coloured() : resized).pixels();
    }

    private PixelImage resampled(PixelImage source) {
        double scaleY = (double) shape.height() / source.height();
        double scaleX = (double) shape.width() / source.width();
        return switch (mode) {
            case STRETCH -> window(source, source.height(), source.width(), shape.height(), shape.width());
            case CROP -> {
                double scale = Math.max(scaleY, scaleX);
                yield window(source, shape.height() / scale, shape.width() / scale, shape.height(), shape.width());
            }
            case PAD -> {
                double scale = Math.min(scaleY, scaleX);
                int height = (int) Math.max(1, Math.min(shape.height(), Math.round(source.height() * scale)));
                int width = (int) Math.max(1, Math.min(shape.width(), Math.round(source.width() * scale)));
                yield padded(window(source, source.height(), source.width(), height, width));
            }
        };
    }

    /** The window in the middle of the source, of a size in its pixels, brought to a size. */
    private PixelImage window(PixelImage source, double windowHeight, double windowWidth, int height, int width) {
        AxisWeights columns = weights(source.width(), windowWidth, width);
        AxisWeights rows = weights(source.height(), windowHeight, height);
        int channels = source.channels();
        float[] sums = new float[width * channels];
        byte[] pixels = new byte[height * width * channels];
        // Each row of the source is shortened once, when the first output row needs it, and kept while others do.
        float[][] shortened = new float[source.height()][];
        int kept = 0;
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 0f);
            int start = rows.starts()[y];
            for (; kept < start; kept++) {
                shortened[kept] = null;
            }
            float[] weights = rows.weights()[y];
            for (int k = 0; k < weights.length; k++) {
                float[] row = shortened[start + k];
                if (row == null) {
                    row = shortened(source, start + k, columns);
                    shortened[start + k] = row;
                }
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += weights[k] * row[i];
                }
            }
            for (int i = 0; i < sums.length; i++) {
                pixels[y * sums.length + i] = (byte) Math.max(0, Math.min(255, (int) (sums[i] + 0.5f)));
            }
        }
        return new PixelImage(height, width, channels, pixels);
    }

    private AxisWeights weights(int inputs, double window, int outputs) {
        double from = (inputs - window) / 2;
        return interpolation == Interpolation.AREA
                ? AxisWeights.area(inputs, from, window, outputs)
                : AxisWeights.linear(inputs, from, window, outputs);
    }

    private static float[] shortened(PixelImage source, int y, AxisWeights columns) {
        int channels = source.channels();
        int width = columns.starts().length;
        float[] row = new float[width * channels];
        byte[] pixels = source.pixels();
        int first = y * source.width() * channels;
        for (int x = 0; x < width; x++) {
            float[] weights = columns.weights()[x];
            int from = first + columns.starts()[x] * channels;
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int k = 0; k < weights.length; k++) {
                    sum += weights[k] * (pixels[from + k * channels + c] & 0xff);
                }
                row[x * channels + c] = sum;
            }
        }
        return row;
    }

    private PixelImage padded(PixelImage image) {
        int channels = image.channels();
        byte[] pixels = new byte[shape.height() * shape.width() * channels];
        int top = (shape.height() - image.height()) / 2;
        int left = (shape.width() - image.width()) / 2;
        int rowBytes = image.width() * channels;
        for (int y = 0; y < image.height(); y++) {
            int to = ((top + y) * shape.width() + left) * channels;
            System.arraycopy(image.pixels(), y * rowBytes, pixels, to, rowBytes);
        }
        return new PixelImage(shape.height(), shape.width(), channels, pixels);
    }
}
