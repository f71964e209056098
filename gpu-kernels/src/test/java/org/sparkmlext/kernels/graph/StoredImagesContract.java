package org.sparkmlext.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/** Images that lie on a device come into a batch byte for byte as {@link ImageTransform} says, those of sizes that fill no block too. */
abstract class StoredImagesContract extends GraphContract {

    private static final int IMAGES = 9;
    private static final int[] NUMBERS = {7, 3, 3, 0, 8, 5};
    private static final ImageTransform.Affine STILL = ImageTransform.IDENTITY.places();

    private StoredImages store(int count, Shape image) {
        Optional<StoredImages> stored = kernels().storeImages(count, image);
        if (stored.isEmpty()) {
            System.out.println(backend.name() + ": stored images are not tested: its memory is the host's");
        }
        assumeTrue(stored.isPresent(), "the back end's memory is the host's");
        return stored.orElseThrow();
    }

    private static byte[] pixels(Shape image, int count) {
        byte[] pixels = new byte[count * image.elements()];
        new Random(image.hashCode()).nextBytes(pixels);
        return pixels;
    }

    private static byte[] one(byte[] pixels, Shape image, int number) {
        return Arrays.copyOfRange(pixels, number * image.elements(), (number + 1) * image.elements());
    }

    private static byte[] bytes(Buffer buffer) {
        byte[] bytes = new byte[buffer.length()];
        buffer.copyOut(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** What is behind a batch that does not fill a buffer stays: it is made of ones before. */
    private Buffer ones(int length) {
        Buffer buffer = backend.allocate(ElementType.BYTE, length);
        byte[] ones = new byte[length];
        Arrays.fill(ones, (byte) 1);
        buffer.copyIn(0, ones, 0, length);
        return buffer;
    }

    private static final List<Shape> SIZES = List.of(
            Shape.of(1, 1, 1),
            Shape.of(3, 5, 1),
            Shape.of(7, 4, 3),
            Shape.of(8, 8, 4),
            Shape.of(5, 6, 2),
            Shape.of(28, 28, 1),
            Shape.of(33, 37, 3),
            Shape.of(32, 32, 3));

    static Stream<Shape> sizes() {
        return SIZES.stream();
    }

    /** An affine map about the middle, as of a picture that is turned, scaled and moved. */
    private static ImageTransform.Affine affine(Shape image, double angle, double scale, double right, double down) {
        double cos = Math.cos(angle) * Math.abs(scale);
        double sin = Math.sin(angle) * Math.abs(scale);
        double mirror = Math.signum(scale);
        double middleX = (image.size(1) - 1) / 2.0;
        double middleY = (image.size(0) - 1) / 2.0;
        double x = -middleX - right;
        double y = -middleY - down;
        return new ImageTransform.Affine(
                middleX + mirror * (cos * x - sin * y),
                middleY + sin * x + cos * y,
                -mirror * sin,
                cos,
                (int) Math.rint(mirror * cos * ImageTransform.ONE),
                (int) Math.rint(sin * ImageTransform.ONE));
    }

    private static ImageTransform moved(ImageTransform.Affine places) {
        return new ImageTransform(places, 1, 1, ImageTransform.ONE, ImageTransform.Box.NONE);
    }

    private static Map<String, ImageTransform> transforms(Shape image) {
        ImageTransform.Box box = new ImageTransform.Box(
                image.size(0) / 4,
                Math.max(1, image.size(0) * 3 / 4),
                image.size(1) / 3,
                Math.max(1, image.size(1) / 2));
        Map<String, ImageTransform> all = new LinkedHashMap<>();
        all.put("as it is", ImageTransform.IDENTITY);
        all.put("mirrored", moved(affine(image, 0, -1, 0, 0)));
        all.put("moved by whole pixels", moved(affine(image, 0, 1, 2, -1)));
        all.put("moved out", moved(affine(image, 0, 1, 100, 3)));
        all.put("moved", moved(affine(image, 0, 1, -0.7, 1.37)));
        all.put("turned", moved(affine(image, 0.3, 1, 0, 0)));
        all.put("turned about", moved(affine(image, 2.5, -1, 0, 0)));
        all.put("enlarged", moved(affine(image, 0, 1 / 1.5, 0, 0)));
        all.put("shrunk", moved(affine(image, 0, 1 / 0.5, 0, 0)));
        all.put("brighter", new ImageTransform(STILL, 1.3, 1, ImageTransform.ONE, ImageTransform.Box.NONE));
        all.put("darker", new ImageTransform(STILL, 0.1, 1, ImageTransform.ONE, ImageTransform.Box.NONE));
        all.put("more contrast", new ImageTransform(STILL, 1, 1.9, ImageTransform.ONE, ImageTransform.Box.NONE));
        all.put("no contrast", new ImageTransform(STILL, 1, 0, ImageTransform.ONE, ImageTransform.Box.NONE));
        all.put("more colour", new ImageTransform(STILL, 1, 1, 123_456, ImageTransform.Box.NONE));
        all.put("grey", new ImageTransform(STILL, 1, 1, 0, ImageTransform.Box.NONE));
        all.put("erased", new ImageTransform(STILL, 1, 1, ImageTransform.ONE, box));
        all.put("all", new ImageTransform(affine(image, -0.26, -1.08, 1.3, -2.2), 0.87, 1.17, 51_234, box));
        return all;
    }

    static Stream<Arguments> cases() {
        return SIZES.stream()
                .flatMap(image ->
                        transforms(image).entrySet().stream().map(e -> Arguments.of(image, e.getKey(), e.getValue())));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void aBatchIsCopies(Shape image) {
        byte[] pixels = pixels(image, IMAGES);
        try (StoredImages stored = store(IMAGES, image);
                Buffer batch = ones((NUMBERS.length - 1) * image.elements())) {
            assertThat(stored.memoryBytes()).isEqualTo((long) IMAGES * image.elements());
            stored.gather(NUMBERS, 0, 2, batch);
            assertThat(Arrays.copyOf(bytes(batch), 2 * image.elements())).containsOnly(0);
            // In two parts, the first from a place in the array on.
            stored.write(4, pixels, 4 * image.elements(), IMAGES - 4);
            stored.write(0, pixels, 0, 4);
            stored.gather(NUMBERS, 1, NUMBERS.length - 2, batch);
            byte[] made = bytes(batch);
            for (int i = 0; i < NUMBERS.length - 2; i++) {
                assertThat(one(made, image, i)).as("place %d", i).isEqualTo(one(pixels, image, NUMBERS[i + 1]));
            }
            assertThat(one(made, image, NUMBERS.length - 2)).containsOnly(1);
            stored.gather(NUMBERS, 0, 0, batch);
            stored.gather(NUMBERS, 0, List.of(), batch);
            assertThat(bytes(batch)).isEqualTo(made);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void anImageIsChangedAsItsTransformSays(Shape image, String name, ImageTransform transform) {
        byte[] pixels = pixels(image, IMAGES);
        try (StoredImages stored = store(IMAGES, image);
                Buffer batch = ones((NUMBERS.length + 1) * image.elements())) {
            stored.write(0, pixels, 0, IMAGES);
            List<ImageTransform> transforms =
                    new ArrayList<>(Collections.nCopies(NUMBERS.length - 1, ImageTransform.IDENTITY));
            transforms.set(2, transform);
            stored.gather(NUMBERS, 1, transforms, batch);
            byte[] made = bytes(batch);
            for (int i = 0; i < transforms.size(); i++) {
                byte[] source = one(pixels, image, NUMBERS[i + 1]);
                byte[] expected = i == 2 ? ReferenceStoredImages.transformed(source, image, transform) : source;
                assertThat(one(made, image, i)).as("place %d", i).isEqualTo(expected);
            }
            assertThat(one(made, image, NUMBERS.length)).containsOnly(1);
        }
    }

    /** Many images at once, each with its own transform: what one needs of shared memory is no other's. */
    @Test
    void everyImageOfABatchHasItsOwnTransform() {
        Shape image = Shape.of(40, 30, 3);
        byte[] pixels = pixels(image, IMAGES);
        List<ImageTransform> transforms = new ArrayList<>(transforms(image).values());
        int[] numbers = new Random(5).ints(transforms.size(), 0, IMAGES).toArray();
        try (StoredImages stored = store(IMAGES, image);
                Buffer batch = ones(transforms.size() * image.elements())) {
            stored.write(0, pixels, 0, IMAGES);
            stored.gather(numbers, 0, transforms, batch);
            byte[] made = bytes(batch);
            for (int i = 0; i < numbers.length; i++) {
                assertThat(one(made, image, i))
                        .as("place %d", i)
                        .isEqualTo(ReferenceStoredImages.transformed(
                                one(pixels, image, numbers[i]), image, transforms.get(i)));
            }
        }
    }

    /** A batch comes behind the run that was started before, and before the next one: each run has its own. */
    @Test
    void batchesComeInTheOrderOfRuns() {
        Shape image = Shape.of(4, 3, 1);
        byte[] pixels = pixels(image, IMAGES);
        GraphBuilder builder = new GraphBuilder(2);
        Value x = builder.input("image", new TensorType(Element.BYTE, Shape.of(2, 4, 3, 1)));
        builder.output("y", builder.add(new Image(List.of(0.5f), List.of(1f)), x));
        Graph graph = builder.build();
        try (StoredImages stored = store(IMAGES, image);
                ModelMemory memory = kernels().allocate(graph.layout(), false);
                Program program = kernels().compile(graph, Precision.FLOAT32, memory)) {
            stored.write(0, pixels, 0, IMAGES);
            int[] numbers = {4, 1, 8, 2};
            List<float[]> made = new ArrayList<>();
            for (int from = 0; from < numbers.length; from += 2) {
                stored.gather(numbers, from, 2, program.input("image"));
                program.start(new RunKey(0, 0), AdditiveListener.NONE);
                // Behind the run; it must not reach it.
                float[] values = new float[2 * image.elements()];
                stored.gather(numbers, 0, 2, program.input("image"));
                program.output("y").copyOut(0, values, 0, values.length);
                made.add(values);
            }
            for (int batch = 0; batch < 2; batch++) {
                for (int i = 0; i < 2 * image.elements(); i++) {
                    int number = numbers[2 * batch + i / image.elements()];
                    int pixel = pixels[number * image.elements() + i % image.elements()] & 0xff;
                    assertThat(made.get(batch)[i]).isEqualTo(0.5f * pixel + 1);
                }
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Shape image = Shape.of(4, 3, 1);
        int[] numbers = {0, IMAGES, -1};
        List<ImageTransform> two = List.of(ImageTransform.IDENTITY, ImageTransform.IDENTITY);
        try (StoredImages stored = store(IMAGES, image);
                Buffer batch = backend.allocate(ElementType.BYTE, 2 * image.elements());
                Buffer floats = backend.allocate(ElementType.FLOAT, 2 * image.elements())) {
            assertThatThrownBy(() -> stored.write(IMAGES - 1, new byte[24], 0, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stored.write(0, new byte[23], 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stored.gather(numbers, 0, 2, batch)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stored.gather(numbers, 1, two, batch))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stored.gather(numbers, 2, 1, batch)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stored.gather(new int[3], 0, 3, batch))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> stored.gather(new int[3], 2, two, batch))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatIllegalStateException().isThrownBy(() -> stored.gather(new int[2], 0, 2, floats));
            stored.close();
            assertThatIllegalStateException().isThrownBy(() -> stored.gather(new int[2], 0, 2, batch));
            assertThatIllegalStateException().isThrownBy(() -> stored.write(0, new byte[12], 0, 1));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kernels().storeImages(0, image))
                .withMessageContaining("0 images of shape 4x3x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kernels().storeImages(2, Shape.of(4, 3)))
                .withMessageContaining("height x width x channels");
    }
}
