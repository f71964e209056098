package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;

class ImageDecoderTest {

    private static int[] corners(PixelImage image) {
        int right = image.width() - 2;
        int bottom = image.height() - 2;
        return new int[] {
            DrawnImages.rgb(image, 1, 1),
            DrawnImages.rgb(image, right, 1),
            DrawnImages.rgb(image, 1, bottom),
            DrawnImages.rgb(image, right, bottom)
        };
    }

    @Test
    void everyFormatGivesTheColours() throws IOException {
        BufferedImage drawn = DrawnImages.quarters(64, 32);
        for (String format : new String[] {"png", "bmp", "gif", "tiff"}) {
            PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, format));
            assertThat(image.height()).isEqualTo(32);
            assertThat(image.width()).isEqualTo(64);
            assertThat(corners(image))
                    .as(format)
                    .containsExactly(DrawnImages.RED, DrawnImages.GREEN, DrawnImages.BLUE, DrawnImages.WHITE);
        }
        assertNear(corners(ImageDecoder.decode(DrawnImages.file(drawn, "jpg"))), 0, 1, 2, 3);
    }

    /** JPEG's colours, up to its losses. */
    private static void assertNear(int[] colours, int... quarters) {
        int[] drawn = {DrawnImages.RED, DrawnImages.GREEN, DrawnImages.BLUE, DrawnImages.WHITE};
        for (int i = 0; i < 4; i++) {
            for (int shift = 0; shift < 24; shift += 8) {
                int difference = ((colours[i] >> shift) & 0xff) - ((drawn[quarters[i]] >> shift) & 0xff);
                assertThat(Math.abs(difference))
                        .as("corner %d: %06x", i, colours[i])
                        .isLessThan(12);
            }
        }
    }

    @Test
    void greysStayAsTheyAreStored() throws IOException {
        BufferedImage drawn = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
        drawn.getRaster().setPixels(0, 0, 3, 2, new int[] {0, 1, 60, 128, 200, 255});
        for (String format : new String[] {"png", "bmp", "tiff"}) {
            PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, format));
            assertThat(image.grey().pixels()).as(format).containsExactly(0, 1, 60, (byte) 128, (byte) 200, (byte) 255);
        }
        PixelImage jpeg = ImageDecoder.decode(DrawnImages.file(drawn, "jpg"));
        assertThat(jpeg.channels()).isEqualTo(1);
        assertThat(jpeg.pixels()[3] & 0xff).isBetween(110, 146);
    }

    @Test
    void sixteenBitsAreRoundedToEight() throws IOException {
        BufferedImage drawn = new BufferedImage(5, 1, BufferedImage.TYPE_USHORT_GRAY);
        drawn.getRaster().setPixels(0, 0, 5, 1, new int[] {0, 128, 129, 32768, 65535});
        PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, "png"));
        assertThat(image.pixels()).containsExactly(0, 0, 1, (byte) 128, (byte) 255);
    }

    @Test
    void alphaIsDropped() throws IOException {
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        drawn.setRGB(0, 0, 0x00112233);
        drawn.setRGB(1, 0, 0x80445566);
        PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, "png"));
        assertThat(image.channels()).isEqualTo(3);
        assertThat(DrawnImages.rgb(image, 0, 0)).isEqualTo(0x112233);
        assertThat(DrawnImages.rgb(image, 1, 0)).isEqualTo(0x445566);
    }

    @Test
    void palettesGiveTheirColours() throws IOException {
        byte[] reds = {10, (byte) 200};
        byte[] greens = {20, (byte) 210};
        byte[] blues = {30, (byte) 220};
        BufferedImage drawn =
                new BufferedImage(9, 1, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(1, 2, reds, greens, blues));
        drawn.getRaster().setSample(8, 0, 0, 1);
        PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, "png"));
        assertThat(DrawnImages.rgb(image, 0, 0)).isEqualTo(0x0A141E);
        assertThat(DrawnImages.rgb(image, 8, 0)).isEqualTo(0xC8D2DC);
        BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.getRaster().setSample(1, 0, 0, 1);
        PixelImage grey = ImageDecoder.decode(DrawnImages.file(bits, "png"));
        assertThat(grey.channels()).isEqualTo(1);
        assertThat(grey.pixels()).containsExactly(0, (byte) 255);
    }

    @Test
    void colourModelsOfFewBitsAreScaled() throws IOException {
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
        drawn.setRGB(0, 0, 0xFFFFFF);
        drawn.setRGB(1, 0, 0x000000);
        PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, "bmp"));
        assertThat(DrawnImages.rgb(image, 0, 0)).isEqualTo(0xFFFFFF);
        assertThat(DrawnImages.rgb(image, 1, 0)).isZero();
    }

    /** Four bands as they are, which not every JDK reads as an image. */
    private static byte[] fourBands(int... samples) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(0, 16, 16, 4, null);
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 16; x++) {
                raster.setPixel(x, y, samples);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(raster, null, null), null);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static byte[] adobe(byte[] jpeg, int transform) {
        byte[] content = {0, 100, 0, 0, 0, 0, (byte) transform};
        return DrawnImages.withSegment(jpeg, 0xEE, "Adobe", content);
    }

    @Test
    void inksBecomeLight() throws IOException {
        // Adobe: 255 is no ink. No cyan, full magenta and yellow, no black: red.
        assertRgb(ImageDecoder.decode(adobe(fourBands(255, 0, 0, 255), 0)), 255, 0, 0);
        // The same with half of the black ink.
        assertRgb(ImageDecoder.decode(adobe(fourBands(255, 0, 0, 128), 0)), 128, 0, 0);
        // Without Adobe 255 is full ink.
        assertRgb(ImageDecoder.decode(fourBands(0, 255, 255, 0)), 255, 0, 0);
        // Luma and chroma of the same inks upside down: a light grey.
        assertRgb(ImageDecoder.decode(adobe(fourBands(55, 128, 128, 255), 2)), 200, 200, 200);
    }

    private static void assertRgb(PixelImage image, int red, int green, int blue) {
        int rgb = DrawnImages.rgb(image, 8, 8);
        assertThat((rgb >> 16) - red).as("%06x", rgb).isBetween(-4, 4);
        assertThat(((rgb >> 8) & 0xff) - green).as("%06x", rgb).isBetween(-4, 4);
        assertThat((rgb & 0xff) - blue).as("%06x", rgb).isBetween(-4, 4);
    }

    @Test
    void allOrientationsAreTurnedUpright() throws IOException {
        byte[] jpeg = DrawnImages.file(DrawnImages.quarters(64, 32), "jpg");
        int[][] seen = {
            {0, 1, 2, 3},
            {1, 0, 3, 2},
            {3, 2, 1, 0},
            {2, 3, 0, 1},
            {0, 2, 1, 3},
            {2, 0, 3, 1},
            {3, 1, 2, 0},
            {1, 3, 0, 2}
        };
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (int code = 1; code <= 8; code++) {
                PixelImage image = ImageDecoder.decode(DrawnImages.withOrientation(jpeg, code, order));
                assertThat(image.height()).as("code %d", code).isEqualTo(code < 5 ? 32 : 64);
                assertNear(corners(image), seen[code - 1]);
            }
        }
    }

    @Test
    void damagedExifSaysNothing() throws IOException {
        byte[] jpeg = DrawnImages.file(DrawnImages.quarters(64, 32), "jpg");
        byte[] good = DrawnImages.withOrientation(jpeg, 6, ByteOrder.LITTLE_ENDIAN);
        // Byte by byte of the EXIF segment, whatever it says then.
        for (int at = 6; at < 50; at++) {
            byte[] damaged = good.clone();
            damaged[at] = (byte) 0xFF;
            assertThat(ImageDecoder.decode(damaged).pixels()).hasSize(3 * 64 * 32);
        }
        for (int code : new int[] {0, 9, 65535}) {
            assertThat(ImageDecoder.decode(DrawnImages.withOrientation(jpeg, code, ByteOrder.BIG_ENDIAN))
                            .height())
                    .isEqualTo(32);
        }
    }

    @Test
    void onePixelIsAnImage() throws IOException {
        BufferedImage drawn = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        drawn.setRGB(0, 0, 0x102030);
        for (String format : new String[] {"png", "bmp", "gif", "jpg"}) {
            PixelImage image = ImageDecoder.decode(DrawnImages.file(drawn, format));
            assertThat(image.pixels()).hasSize(3);
        }
    }

    @Test
    void filesThatEndEarlyAreBroken() {
        BufferedImage drawn = DrawnImages.quarters(64, 32);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 64; x++) {
                drawn.setRGB(x, y, x * 7919 * (y + 13) & 0xFFFFFF);
            }
        }
        for (String format : new String[] {"jpg", "png", "gif", "bmp"}) {
            byte[] file = DrawnImages.file(drawn, format);
            for (double share : new double[] {0.02, 0.3, 0.6, 0.9}) {
                byte[] part = Arrays.copyOf(file, (int) (share * file.length));
                assertThatThrownBy(() -> ImageDecoder.decode(part))
                        .as("%s %s", format, share)
                        .isInstanceOf(BrokenImageException.class);
            }
        }
    }

    @Test
    void whatIsNoImageIsBroken() {
        assertThatThrownBy(() -> ImageDecoder.decode(new byte[0]))
                .isInstanceOf(BrokenImageException.class)
                .hasMessageContaining("the 0 bytes are no image that can be read; allowed: JPEG, PNG, GIF, BMP");
        assertThatThrownBy(() -> ImageDecoder.decode("<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(BrokenImageException.class)
                .hasMessageContaining("the 6 bytes are no image");
    }
}
