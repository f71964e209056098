package org.sparkmlext.kernels.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.sparkmlext.kernels.Buffer;

/** Stored images pixel by pixel, as {@link ImageTransform} tells it. */
final class ReferenceStoredImages implements StoredImages {

    private final Buffer memory;
    private final Shape image;

    /** @param memory BYTE, of all images; closed with this */
    ReferenceStoredImages(Buffer memory, Shape image) {
        this.memory = memory;
        this.image = image;
    }

    @Override
    public long memoryBytes() {
        return memory.length();
    }

    @Override
    public void write(int to, byte[] pixels, int from, int count) {
        int length = image.elements();
        memory.copyIn(to * length, pixels, from, count * length);
    }

    @Override
    public void gather(int[] numbers, int from, int count, Buffer batch) {
        gather(numbers, from, new ArrayList<>(Collections.nCopies(count, ImageTransform.IDENTITY)), batch);
    }

    @Override
    public void gather(int[] numbers, int from, List<ImageTransform> transforms, Buffer batch) {
        Objects.checkFromIndexSize(from, transforms.size(), numbers.length);
        int length = image.elements();
        byte[] made = new byte[transforms.size() * length];
        for (int i = 0; i < transforms.size(); i++) {
            byte[] stored = new byte[length];
            memory.copyOut(Math.multiplyExact(numbers[from + i], length), stored, 0, length);
            System.arraycopy(transformed(stored, image, transforms.get(i)), 0, made, i * length, length);
        }
        batch.copyIn(0, made, 0, made.length);
    }

    static byte[] transformed(byte[] pixels, Shape image, ImageTransform transform) {
        int channels = image.size(2);
        byte[] made = new byte[pixels.length];
        for (int y = 0; y < image.size(0); y++) {
            for (int x = 0; x < image.size(1); x++) {
                int[] pixel = new int[channels];
                for (int c = 0; c < channels; c++) {
                    pixel[c] = coloured(sampled(pixels, image, transform.places(), x, y, c), transform);
                }
                if (channels == 3) {
                    pixel = saturated(pixel, transform.saturation());
                }
                ImageTransform.Box erased = transform.erased();
                boolean isErased = y >= erased.top() && y < erased.bottom() && x >= erased.left() && x < erased.right();
                for (int c = 0; c < channels; c++) {
                    made[(y * image.size(1) + x) * channels + c] = (byte) (isErased ? 0 : pixel[c]);
                }
            }
        }
        return made;
    }

    private static int sampled(byte[] pixels, Shape image, ImageTransform.Affine places, int x, int y, int c) {
        long placeX = (long) Math.rint((places.firstX() + y * places.downX()) * 65536) + (long) x * places.stepX();
        long placeY = (long) Math.rint((places.firstY() + y * places.downY()) * 65536) + (long) x * places.stepY();
        long left = Math.floorDiv(placeX, 65536L);
        long top = Math.floorDiv(placeY, 65536L);
        long a = Math.floorMod(placeX, 65536L) / 256;
        long b = Math.floorMod(placeY, 65536L) / 256;
        long sum = value(pixels, image, left, top, c) * (256 - a) * (256 - b)
                + value(pixels, image, left + 1, top, c) * a * (256 - b)
                + value(pixels, image, left, top + 1, c) * (256 - a) * b
                + value(pixels, image, left + 1, top + 1, c) * a * b;
        return (int) ((sum + 32768) / 65536);
    }

    private static long value(byte[] pixels, Shape image, long x, long y, int c) {
        boolean isInside = x >= 0 && x < image.size(1) && y >= 0 && y < image.size(0);
        return isInside ? pixels[(int) (y * image.size(1) + x) * image.size(2) + c] & 0xff : 0;
    }

    private static int coloured(int v, ImageTransform transform) {
        double value = 127.5 + transform.contrast() * (transform.brightness() * v - 127.5);
        return (int) Math.max(0, Math.min(255, Math.floor(value + 0.5)));
    }

    private static int[] saturated(int[] pixel, int factor) {
        int grey = (int) Math.floor((19595 * pixel[0] + 38470 * pixel[1] + 7471 * pixel[2] + 32768) / 65536.0);
        int[] made = new int[3];
        for (int c = 0; c < made.length; c++) {
            long distance = Math.floorDiv((long) (pixel[c] - grey) * factor + 32768, 65536L);
            made[c] = (int) Math.max(0, Math.min(255, grey + distance));
        }
        return made;
    }

    @Override
    public void close() {
        memory.close();
    }
}
