package org.sparkmlext.net.augmentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.ImageTransform;

class ImageAugmenterTest {

    private static final Augmentation ALL = Augmentation.parse(
            "flip,crop:4,rotate:15,zoom:0.1,shift:0.1,contrast:0.2,brightness:0.2,saturation:0.5,erase:0.5");

    private static ImageChange moved(boolean isFlipped, double degrees, double zoom, double right, double down) {
        return new ImageChange(isFlipped, degrees, zoom, right, down, 1, 1, 1, ImageTransform.Box.NONE);
    }

    private static int[] apply(ImageChange change, ImageShape shape, int... values) {
        byte[] source = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            source[i] = (byte) values[i];
        }
        byte[] target = new byte[values.length];
        Arrays.fill(target, (byte) 99);
        new ImageAugmenter(Augmentation.NONE, shape).apply(change.transform(shape), source, 0, target, 0);
        int[] changed = new int[values.length];
        Arrays.setAll(changed, i -> target[i] & 0xff);
        return changed;
    }

    private static final ImageShape SQUARE = new ImageShape(3, 3, 1);

    @Test
    void nothingChangesNothing() {
        Random random = new Random(1);
        for (ImageShape shape :
                new ImageShape[] {new ImageShape(5, 7, 1), new ImageShape(4, 3, 3), new ImageShape(1, 1, 4)}) {
            byte[] source = new byte[shape.length() * 3];
            random.nextBytes(source);
            byte[] target = new byte[source.length];
            Augmentation zeros = Augmentation.parse(
                    "flip:0,crop:0,rotate:0,zoom:0,shift:0,contrast:0,brightness:0,saturation:0,erase:0");
            new ImageAugmenter(zeros, shape).apply(source, target, 0, 3, new long[] {5, 6, 7}, 1, 2);
            assertThat(target).isEqualTo(source);
        }
    }

    @Test
    void flipMirrorsLeftToRight() {
        assertThat(apply(moved(true, 0, 1, 0, 0), new ImageShape(2, 3, 1), 1, 2, 3, 4, 5, 6))
                .containsExactly(3, 2, 1, 6, 5, 4);
        assertThat(apply(moved(true, 0, 1, 0, 0), new ImageShape(1, 2, 3), 1, 2, 3, 4, 5, 6))
                .containsExactly(4, 5, 6, 1, 2, 3);
    }

    @Test
    void movesByWholePixelsAreExactAndLeaveBlack() {
        assertThat(apply(moved(false, 0, 1, 1, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsExactly(0, 1, 2, 0, 4, 5, 0, 7, 8);
        assertThat(apply(moved(false, 0, 1, -1, 2), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsExactly(0, 0, 0, 0, 0, 0, 2, 3, 0);
        // Mirrored first, then moved.
        assertThat(apply(moved(true, 0, 1, 1, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsExactly(0, 3, 2, 0, 6, 5, 0, 9, 8);
        assertThat(apply(moved(false, 0, 1, 7, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsOnly(0);
        assertThat(apply(moved(false, 0, 1, -7, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsOnly(0);
    }

    @Test
    void turnsAreAnticlockwise() {
        assertThat(apply(moved(false, 90, 1, 0, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsExactly(3, 6, 9, 2, 5, 8, 1, 4, 7);
        assertThat(apply(moved(false, 180, 1, 0, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1);
        assertThat(apply(moved(true, 90, 1, 0, 0), SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .containsExactly(1, 4, 7, 2, 5, 8, 3, 6, 9);
    }

    @Test
    void placesBetweenPixelsAreBilinear() {
        // Half a pixel to the right: the mean of two neighbours, and half of black at the border.
        assertThat(apply(moved(false, 0, 1, 0.5, 0), new ImageShape(1, 4, 1), 100, 200, 40, 60))
                .containsExactly(50, 150, 120, 50);
        assertThat(apply(moved(false, 0, 1, 0.25, 0.5), new ImageShape(2, 2, 1), 100, 200, 40, 60))
                // (100 x 3 / 4) / 2; (100 / 4 + 200 x 3 / 4) / 2; then both rows.
                .containsExactly(38, 88, 53, 115);
        // Enlarged twice about the middle: -0.5, 0, 0.5, 1 ... of the inner pixels.
        assertThat(apply(moved(false, 0, 2, 0, 0), new ImageShape(1, 5, 1), 0, 10, 20, 30, 40))
                .containsExactly(10, 15, 20, 25, 30);
        assertThat(apply(moved(false, 0, 0.5, 0, 0), new ImageShape(1, 5, 1), 1, 10, 20, 30, 40))
                .containsExactly(0, 1, 20, 40, 0);
    }

    @Test
    void coloursFollowTheirFormula() {
        byte[] table = ImageColours.table(1.2, 0.8);
        for (int v = 0; v < 256; v++) {
            double expected = 127.5 + 0.8 * (1.2 * v - 127.5);
            assertThat(table[v] & 0xff)
                    .isCloseTo((int) Math.min(255, Math.round(expected)), org.assertj.core.data.Offset.offset(0));
        }
        assertThat(ImageColours.table(1, 1)[77]).isEqualTo((byte) 77);
        assertThat(ImageColours.table(1, 2)[10]).isZero();
        ImageChange grey = new ImageChange(false, 0, 1, 0, 0, 1, 1, 0, ImageTransform.Box.NONE);
        assertThat(apply(grey, new ImageShape(1, 2, 3), 255, 0, 0, 9, 9, 9)).containsExactly(76, 76, 76, 9, 9, 9);
        ImageChange vivid = new ImageChange(false, 0, 1, 0, 0, 1, 1, 1.5, ImageTransform.Box.NONE);
        // Grey of (100, 150, 50) is 124: 124 + 1.5 x (-24, 26, -74).
        assertThat(apply(vivid, new ImageShape(1, 1, 3), 100, 150, 50)).containsExactly(88, 163, 13);
        ImageChange erased = new ImageChange(false, 0, 1, 0, 0, 1, 1, 1, new ImageTransform.Box(1, 3, 0, 2));
        assertThat(apply(erased, SQUARE, 1, 2, 3, 4, 5, 6, 7, 8, 9)).containsExactly(1, 2, 3, 0, 0, 6, 0, 0, 9);
    }

    @Test
    void anImageChangesAlikeInAnyBatchAndRange() {
        ImageShape shape = new ImageShape(12, 10, 3);
        int images = 20;
        byte[] source = new byte[images * shape.length()];
        new Random(2).nextBytes(source);
        long[] rows = new Random(3).longs(images).map(Math::abs).toArray();
        ImageAugmenter augmenter = new ImageAugmenter(ALL, shape);
        byte[] whole = new byte[source.length];
        augmenter.apply(source, whole, 0, images, rows, 42, 7);
        byte[] parts = new byte[source.length];
        augmenter.apply(source, parts, 11, images, rows, 42, 7);
        augmenter.apply(source, parts, 0, 11, rows, 42, 7);
        assertThat(parts).isEqualTo(whole);
        byte[] inPlace = source.clone();
        augmenter.apply(inPlace, images, rows, 42, 7);
        assertThat(inPlace).isEqualTo(whole);
        byte[] one = new byte[shape.length()];
        augmenter.apply(source, 5 * shape.length(), one, 0, 42, 7, rows[5]);
        assertThat(one).isEqualTo(Arrays.copyOfRange(whole, 5 * shape.length(), 6 * shape.length()));
        for (long[] other : new long[][] {{43, 7}, {42, 8}}) {
            byte[] changed = new byte[source.length];
            augmenter.apply(source, changed, 0, images, rows, other[0], other[1]);
            assertThat(Arrays.equals(changed, whole)).isFalse();
        }
    }

    @Test
    void aFurtherChangeDoesNotDrawTheOthersAnew() {
        ImageShape shape = new ImageShape(32, 32, 3);
        for (int row = 0; row < 100; row++) {
            long key = CounterRandom.rowKey(1, 2, -1, row);
            ImageChange few = ImageChange.draw(Augmentation.parse("flip,rotate:10"), shape, key);
            ImageChange more = ImageChange.draw(Augmentation.parse("flip,rotate:10,erase:1,zoom:0.3"), shape, key);
            assertThat(more.isFlipped()).isEqualTo(few.isFlipped());
            assertThat(more.degrees()).isEqualTo(few.degrees());
        }
    }

    private static final int DRAWS = 40_000;

    private static void assertUniform(String text, ToDoubleFunction<ImageChange> value, double from, double to) {
        double least = Double.MAX_VALUE;
        double most = -Double.MAX_VALUE;
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < DRAWS; row++) {
            long key = CounterRandom.rowKey(9, row % 7, -1, row);
            double drawn =
                    value.applyAsDouble(ImageChange.draw(Augmentation.parse(text), new ImageShape(20, 40, 3), key));
            least = Math.min(least, drawn);
            most = Math.max(most, drawn);
            sum += drawn;
            squares += drawn * drawn;
        }
        double range = to - from;
        double mean = sum / DRAWS;
        assertThat(least).as(text).isBetween(from, from + range / 1000);
        assertThat(most).as(text).isBetween(to - range / 1000, to);
        // Five standard errors.
        assertThat(mean).as(text).isCloseTo((from + to) / 2, org.assertj.core.data.Offset.offset(range * 0.0075));
        assertThat(Math.sqrt(squares / DRAWS - mean * mean) / range)
                .as(text)
                .isCloseTo(Math.sqrt(1.0 / 12), org.assertj.core.data.Offset.offset(0.005));
    }

    @Test
    void strengthsAreDrawnUniformly() {
        assertUniform("rotate:15", ImageChange::degrees, -15, 15);
        assertUniform("zoom:0.1", ImageChange::zoom, 0.9, 1.1);
        assertUniform("shift:0.1", ImageChange::right, -4, 4);
        assertUniform("shift:0.1", ImageChange::down, -2, 2);
        assertUniform("contrast:0.2", ImageChange::contrast, 0.8, 1.2);
        assertUniform("brightness:0.3", ImageChange::brightness, 0.7, 1.3);
        assertUniform("saturation:1", ImageChange::saturation, 0, 2);
    }

    @Test
    void cropsFlipsAndErasuresComeAsOftenAsTheyShould() {
        int[] rights = new int[9];
        int flips = 0;
        int erased = 0;
        double area = 0;
        for (int row = 0; row < DRAWS; row++) {
            ImageChange change = ImageChange.draw(
                    Augmentation.parse("flip:0.3,crop:4,erase:0.25"),
                    new ImageShape(20, 40, 1),
                    CounterRandom.rowKey(9, 3, -1, row));
            rights[(int) change.right() + 4]++;
            flips += change.isFlipped() ? 1 : 0;
            ImageTransform.Box box = change.erased();
            int pixels = (box.bottom() - box.top()) * (box.right() - box.left());
            erased += pixels > 0 ? 1 : 0;
            area += pixels / 800.0;
            assertThat(box.top() >= 0 && box.left() >= 0 && box.bottom() <= 20 && box.right() <= 40)
                    .isTrue();
        }
        for (int count : rights) {
            assertThat(count).isBetween(DRAWS / 9 - 350, DRAWS / 9 + 350);
        }
        assertThat(flips).isBetween(DRAWS * 3 / 10 - 460, DRAWS * 3 / 10 + 460);
        assertThat(erased).isBetween(DRAWS / 4 - 440, DRAWS / 4 + 440);
        assertThat(area / erased).isBetween(0.15, 0.2);
    }
}
