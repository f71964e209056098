package org.sparkmlext.net.augmentation;

import java.util.Arrays;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.graph.ImageTransform;

/** Changes the colours of an image in place, and erases. The formulas are {@link ImageTransform}'s. */
final class ImageColours {

    private static final double MID_GREY = 127.5;
    /** Luma of ITU-R BT.601 in 16 fractional bits. */
    private static final int RED = 19595;

    private static final int GREEN = 38470;
    private static final int BLUE = 7471;
    private static final int HALF = 1 << 15;

    private ImageColours() {}

    static void apply(ImageShape shape, ImageTransform change, byte[] pixels, int from) {
        if (change.brightness() != 1 || change.contrast() != 1) {
            byte[] table = table(change.brightness(), change.contrast());
            for (int at = from; at < from + shape.length(); at++) {
                pixels[at] = table[pixels[at] & 0xff];
            }
        }
        if (change.saturation() != ImageTransform.ONE && shape.channels() == 3) {
            saturate(pixels, from, from + shape.length(), change.saturation());
        }
        erase(shape, change.erased(), pixels, from);
    }

    /** {@code 127.5 + contrast * (brightness * v - 127.5)}, rounded, within 0 and 255. */
    static byte[] table(double brightness, double contrast) {
        byte[] table = new byte[256];
        for (int v = 0; v < table.length; v++) {
            double value = MID_GREY + contrast * (brightness * v - MID_GREY);
            table[v] = (byte) (int) Math.max(0, Math.min(255, Math.floor(value + 0.5)));
        }
        return table;
    }

    private static void saturate(byte[] pixels, int from, int to, int factor) {
        for (int at = from; at < to; at += 3) {
            int luma = RED * (pixels[at] & 0xff) + GREEN * (pixels[at + 1] & 0xff) + BLUE * (pixels[at + 2] & 0xff);
            int grey = (luma + HALF) >>> 16;
            for (int c = at; c < at + 3; c++) {
                int value = grey + (((pixels[c] & 0xff) - grey) * factor + HALF >> 16);
                pixels[c] = (byte) Math.max(0, Math.min(255, value));
            }
        }
    }

    private static void erase(ImageShape shape, ImageTransform.Box box, byte[] pixels, int from) {
        for (int y = box.top(); y < box.bottom(); y++) {
            int row = from + y * shape.width() * shape.channels();
            Arrays.fill(pixels, row + box.left() * shape.channels(), row + box.right() * shape.channels(), (byte) 0);
        }
    }
}
