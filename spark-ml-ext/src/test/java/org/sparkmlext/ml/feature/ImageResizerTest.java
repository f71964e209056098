package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ImageShape;

class ImageResizerTest {

    private static PixelImage grey(int height, int width, int... values) {
        byte[] pixels = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            pixels[i] = (byte) values[i];
        }
        return new PixelImage(height, width, 1, pixels);
    }

    private static int[] resize(
            PixelImage image, int height, int width, ImageResizer.Mode mode, ImageResizer.Interpolation interpolation) {
        byte[] bytes = new ImageResizer(new ImageShape(height, width, 1), mode, interpolation).resize(image);
        int[] values = new int[bytes.length];
        Arrays.setAll(values, i -> bytes[i] & 0xff);
        return values;
    }

    @Test
    void areaIsTheMeanOfWhatIsCovered() {
        PixelImage image = grey(2, 6, 0, 10, 20, 30, 40, 50, 100, 110, 120, 130, 140, 150);
        assertThat(resize(image, 1, 3, ImageResizer.Mode.STRETCH, ImageResizer.Interpolation.AREA))
                .containsExactly(55, 75, 95);
        // One and a half pixels each: (0 + 10 / 2) / 1.5, (10 / 2 + 20) / 1.5, ...
        assertThat(resize(
                        grey(1, 6, 0, 10, 20, 30, 40, 50),
                        1,
                        4,
                        ImageResizer.Mode.STRETCH,
                        ImageResizer.Interpolation.AREA))
                .containsExactly(3, 17, 33, 47);
    }

    @Test
    void bilinearLiesBetweenTheNearestPixels() {
        int[] doubled = {0, 25, 75, 100};
        for (ImageResizer.Interpolation way : ImageResizer.Interpolation.values()) {
            assertThat(resize(grey(1, 2, 0, 100), 1, 4, ImageResizer.Mode.STRETCH, way))
                    .containsExactly(doubled);
        }
        assertThat(resize(
                        grey(1, 6, 0, 10, 20, 30, 40, 50),
                        1,
                        2,
                        ImageResizer.Mode.STRETCH,
                        ImageResizer.Interpolation.BILINEAR))
                .containsExactly(10, 40);
    }

    @Test
    void cropKeepsTheMiddleAndPadKeepsAll() {
        PixelImage wide = grey(2, 4, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(resize(wide, 2, 2, ImageResizer.Mode.CROP, ImageResizer.Interpolation.AREA))
                .containsExactly(2, 3, 6, 7);
        assertThat(resize(wide, 4, 4, ImageResizer.Mode.PAD, ImageResizer.Interpolation.AREA))
                .containsExactly(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0);
        PixelImage tall = grey(4, 2, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(resize(tall, 2, 2, ImageResizer.Mode.CROP, ImageResizer.Interpolation.BILINEAR))
                .containsExactly(3, 4, 5, 6);
        assertThat(resize(grey(1, 100, new int[100]), 3, 3, ImageResizer.Mode.PAD, ImageResizer.Interpolation.AREA))
                .hasSize(9);
    }

    @Test
    void onePixelFillsEverything() {
        for (ImageResizer.Mode mode : new ImageResizer.Mode[] {ImageResizer.Mode.STRETCH, ImageResizer.Mode.CROP}) {
            for (ImageResizer.Interpolation way : ImageResizer.Interpolation.values()) {
                assertThat(resize(grey(1, 1, 77), 3, 5, mode, way))
                        .containsOnly(77)
                        .hasSize(15);
            }
        }
    }

    @Test
    void channelsAreResizedForThemselves() {
        PixelImage image = new PixelImage(1, 2, 3, new byte[] {0, 50, 100, 100, 100, 100});
        byte[] one = new ImageResizer(
                        new ImageShape(1, 1, 3), ImageResizer.Mode.STRETCH, ImageResizer.Interpolation.AREA)
                .resize(image);
        assertThat(one).containsExactly(50, 75, 100);
        assertThat(new ImageResizer(new ImageShape(1, 2, 3), ImageResizer.Mode.STRETCH, ImageResizer.Interpolation.AREA)
                        .resize(grey(1, 2, 5, 6)))
                .containsExactly(5, 5, 5, 6, 6, 6);
    }

    @Test
    void lumaIsThatOfBt601() {
        PixelImage image = new PixelImage(1, 4, 3, new byte[] {-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1});
        assertThat(image.grey().pixels()).containsExactly(76, (byte) 150, 29, (byte) 255);
    }

    /** The weights are a mean, so a plain image stays plain at any size and in any mode. */
    @Test
    void aPlainImageStaysPlain() {
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            int height = 1 + random.nextInt(60);
            int width = 1 + random.nextInt(60);
            byte[] pixels = new byte[height * width];
            Arrays.fill(pixels, (byte) 201);
            ImageShape shape = new ImageShape(1 + random.nextInt(40), 1 + random.nextInt(40), 1);
            ImageResizer.Interpolation way = ImageResizer.Interpolation.values()[random.nextInt(2)];
            ImageResizer.Mode mode = ImageResizer.Mode.values()[random.nextInt(2)];
            assertThat(new ImageResizer(shape, mode, way).resize(new PixelImage(height, width, 1, pixels)))
                    .as("%d x %d to %s, %s, %s", height, width, shape, mode, way)
                    .containsOnly((byte) 201);
        }
    }
}
