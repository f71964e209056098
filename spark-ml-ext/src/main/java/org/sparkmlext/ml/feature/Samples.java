package org.sparkmlext.ml.feature;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Turns the many forms of the JDK's images into grey or RGB of 8 bits. */
final class Samples {

    private Samples() {}

    static PixelImage of(BufferedImage image) throws BrokenImageException {
        ColorModel colors = image.getColorModel();
        Raster raster = image.getRaster();
        if (colors instanceof IndexColorModel palette) {
            return ofPalette(raster, palette);
        }
        return switch (colors.getColorSpace().getType()) {
            // Not by getRGB(): that takes grey for linear light and would brighten it.
            case ColorSpace.TYPE_GRAY -> ofBands(raster, 1);
            case ColorSpace.TYPE_RGB -> ofBands(raster, 3);
            case ColorSpace.TYPE_CMYK -> ofCmyk(raster, -1);
            default -> ofConverted(image);
        };
    }

    private static PixelImage ofPalette(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        byte[] pixels = new byte[3 * width * raster.getHeight()];
        int[] row = new int[width];
        boolean isGrey = true;
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int index : row) {
                int rgb = palette.getRGB(index);
                byte red = (byte) (rgb >> 16);
                byte green = (byte) (rgb >> 8);
                byte blue = (byte) rgb;
                isGrey &= red == green && green == blue;
                pixels[at++] = red;
                pixels[at++] = green;
                pixels[at++] = blue;
            }
        }
        PixelImage image = new PixelImage(raster.getHeight(), width, 3, pixels);
        return isGrey ? image.grey() : image;
    }

    /** The first bands, each scaled from its own number of bits to 8. */
    private static PixelImage ofBands(Raster raster, int channels) throws BrokenImageException {
        int bands = raster.getNumBands();
        int width = raster.getWidth();
        int[] most = new int[channels];
        for (int c = 0; c < channels; c++) {
            int bits = raster.getSampleModel().getSampleSize(c);
            if (bits > 16) {
                throw new BrokenImageException(
                        "the image has " + bits + " bits a sample; allowed: at most 16. Convert the file");
            }
            most[c] = (1 << bits) - 1;
        }
        byte[] pixels = new byte[channels * width * raster.getHeight()];
        int[] row = new int[bands * width];
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int from = 0; from < row.length; from += bands) {
                for (int c = 0; c < channels; c++) {
                    int sample = row[from + c];
                    pixels[at++] = (byte) (most[c] == 255 ? sample : (sample * 255 + most[c] / 2) / most[c]);
                }
            }
        }
        return new PixelImage(raster.getHeight(), width, channels, pixels);
    }

    private static PixelImage ofConverted(BufferedImage image) {
        int width = image.getWidth();
        byte[] pixels = new byte[3 * width * image.getHeight()];
        int[] row = new int[width];
        for (int y = 0, at = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int rgb : row) {
                pixels[at++] = (byte) (rgb >> 16);
                pixels[at++] = (byte) (rgb >> 8);
                pixels[at++] = (byte) rgb;
            }
        }
        return new PixelImage(image.getHeight(), width, 3, pixels);
    }

    /**
     * Cyan, magenta, yellow, black to RGB without a profile: {@code R = (255 - C)(255 - K) / 255}.
     *
     * @param adobeTransform as {@link JpegMarkers#adobeTransform}: where Adobe wrote the file, ink is stored upside down (255 = none),
     *     and under 2 its first three channels are luma and chroma
     */
    static PixelImage ofCmyk(Raster raster, int adobeTransform) throws BrokenImageException {
        if (raster.getNumBands() != 4 || raster.getSampleModel().getSampleSize(0) != 8) {
            throw new BrokenImageException("the image has " + raster.getNumBands() + " channels of "
                    + raster.getSampleModel().getSampleSize(0)
                    + " bits and no known colours; allowed: grey, RGB, CMYK. Convert the file");
        }
        int width = raster.getWidth();
        byte[] pixels = new byte[3 * width * raster.getHeight()];
        int[] row = new int[4 * width];
        for (int y = 0, at = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int from = 0; from < row.length; from += 4) {
                if (adobeTransform == 2) {
                    toInks(row, from);
                }
                int black = adobeTransform < 0 ? 255 - row[from + 3] : row[from + 3];
                for (int c = 0; c < 3; c++) {
                    int light = adobeTransform < 0 ? 255 - row[from + c] : row[from + c];
                    pixels[at++] = (byte) ((light * black + 127) / 255);
                }
            }
        }
        return new PixelImage(raster.getHeight(), width, 3, pixels);
    }

    /** Luma and chroma, which Adobe makes of 255 less what it would store as inks, to what it would store; in place. */
    private static void toInks(int[] row, int at) {
        double luma = row[at];
        double blue = row[at + 1] - 128.0;
        double red = row[at + 2] - 128.0;
        row[at] = clamped(255 - (luma + 1.402 * red));
        row[at + 1] = clamped(255 - (luma - 0.344136 * blue - 0.714136 * red));
        row[at + 2] = clamped(255 - (luma + 1.772 * blue));
    }

    private static int clamped(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }
}
