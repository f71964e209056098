package org.sparkmlext.ml.feature;

/**
 * How a camera was held, as EXIF's tag 0x0112 tells, and the turn that puts the image upright.
 *
 * @param code 1 to 8: 1 upright, 2 mirrored left to right, 3 turned by 180 degrees, 4 mirrored top to bottom, 5 mirrored at the main
 *     diagonal, 6 to be turned clockwise by 90 degrees, 7 mirrored at the other diagonal, 8 to be turned anticlockwise by 90 degrees
 */
record ExifOrientation(int code) {

    static final ExifOrientation UPRIGHT = new ExifOrientation(1);

    ExifOrientation {
        if (code < 1 || code > 8) {
            throw new IllegalArgumentException("EXIF orientation is " + code + "; allowed: 1 to 8");
        }
    }

    /** The image as it should be seen. */
    PixelImage upright(PixelImage image) {
        if (code == 1) {
            return image;
        }
        boolean isTransposed = code >= 5;
        int height = isTransposed ? image.width() : image.height();
        int width = isTransposed ? image.height() : image.width();
        int channels = image.channels();
        byte[] pixels = new byte[image.pixels().length];
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int from = source(x, y, image.width(), image.height()) * channels;
                for (int c = 0; c < channels; c++) {
                    pixels[to++] = image.pixels()[from + c];
                }
            }
        }
        return new PixelImage(height, width, channels, pixels);
    }

    /** Which stored pixel is seen at a place of the upright image. */
    private int source(int x, int y, int width, int height) {
        int right = width - 1;
        int bottom = height - 1;
        return switch (code) {
            case 2 -> y * width + (right - x);
            case 3 -> (bottom - y) * width + (right - x);
            case 4 -> (bottom - y) * width + x;
            case 5 -> x * width + y;
            case 6 -> (bottom - x) * width + y;
            case 7 -> (bottom - x) * width + (right - y);
            case 8 -> x * width + (right - y);
            default -> y * width + x;
        };
    }
}
