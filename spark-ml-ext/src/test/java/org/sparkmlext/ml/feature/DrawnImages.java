package org.sparkmlext.ml.feature;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

/** Image files made in memory. */
final class DrawnImages {

    static final int RED = 0xFF0000;
    static final int GREEN = 0x00FF00;
    static final int BLUE = 0x0000FF;
    static final int WHITE = 0xFFFFFF;

    private DrawnImages() {}

    /** Four quarters of one colour each: top left, top right, bottom left, bottom right. */
    static BufferedImage quarters(int type, int width, int height, int... colours) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int quarter = (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1);
                image.setRGB(x, y, 0xFF000000 | colours[quarter]);
            }
        }
        return image;
    }

    static BufferedImage quarters(int width, int height) {
        return quarters(BufferedImage.TYPE_INT_RGB, width, height, RED, GREEN, BLUE, WHITE);
    }

    static byte[] file(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("no writer of " + format + " for " + image);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A JPEG file with an EXIF segment that says an orientation. */
    static byte[] withOrientation(byte[] jpeg, int code, ByteOrder order) {
        ByteBuffer tiff = ByteBuffer.allocate(38).order(order);
        tiff.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.ISO_8859_1));
        tiff.putShort((short) 42).putInt(8).putShort((short) 2);
        tiff.putShort((short) 0x0100).putShort((short) 4).putInt(1).putInt(77);
        tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) code);
        return withSegment(jpeg, 0xE1, "Exif\0\0", tiff.array());
    }

    /** A JPEG file with one more segment behind its start marker. */
    static byte[] withSegment(byte[] jpeg, int marker, String name, byte[] content) {
        byte[] head = name.getBytes(StandardCharsets.ISO_8859_1);
        int length = 2 + head.length + content.length;
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + 2 + length);
        out.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) marker).putShort((short) length);
        out.put(head).put(content).put(jpeg, 2, jpeg.length - 2);
        return out.array();
    }

    /** A pixel as 0xRRGGBB. */
    static int rgb(PixelImage image, int x, int y) {
        PixelImage coloured = image.coloured();
        int at = (y * image.width() + x) * 3;
        byte[] pixels = coloured.pixels();
        return (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff);
    }
}
