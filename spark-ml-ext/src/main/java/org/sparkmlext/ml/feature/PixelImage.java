package org.sparkmlext.ml.feature;

/**
 * An image in memory: unsigned bytes row by row, the channels of a pixel together.
 *
 * @param height rows of pixels
 * @param width pixels a row
 * @param channels 1 for grey, 3 for red, green, blue
 * @param pixels {@code pixels[(y * width + x) * channels + c]}; not changed by anybody
 */
record PixelImage(int height, int width, int channels, byte[] pixels) {

    PixelImage {
        if (pixels.length != (long) height * width * channels) {
            throw new IllegalArgumentException(pixels.length + " bytes for an image of " + height + " x " + width
                    + " x " + channels + " (height x width x channels)");
        }
    }

    /** Red, green and blue as one grey: luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded. */
    PixelImage grey() {
        if (channels == 1) {
            return this;
        }
        byte[] grey = new byte[height * width];
        for (int i = 0, at = 0; i < grey.length; i++, at += 3) {
            // In 16 fractional bits; the three sum up to exactly 1.
            int luma = 19595 * (pixels[at] & 0xff) + 38470 * (pixels[at + 1] & 0xff) + 7471 * (pixels[at + 2] & 0xff);
            grey[i] = (byte) ((luma + 0x8000) >>> 16);
        }
        return new PixelImage(height, width, 1, grey);
    }

    /** Grey as equal red, green and blue. */
    PixelImage coloured() {
        if (channels == 3) {
            return this;
        }
        byte[] rgb = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = pixels[i];
            rgb[3 * i + 1] = pixels[i];
            rgb[3 * i + 2] = pixels[i];
        }
        return new PixelImage(height, width, 3, rgb);
    }
}
