package org.sparkmlext.kernels.graph;

import java.util.List;
import org.sparkmlext.kernels.Buffer;

/**
 * Images of unsigned bytes, height x width x channels, that lie in the memory of a device for as long as a training takes: a batch then
 * takes numbers of images on their way to the device, and no pixels. Made by {@link GraphKernels#storeImages}; driven by one thread at a time.
 *
 * <p>What is gathered comes in the order of all else that is done with the device: behind runs that were started before, and before those
 * started after. Arrays and lists handed over may be changed afterwards.
 */
public interface StoredImages extends AutoCloseable {

    /** Checks what {@link GraphKernels#storeImages} is asked for. */
    static void requireImages(int count, Shape image) {
        if (count < 1 || image.rank() != 3) {
            throw new IllegalArgumentException(count + " images of shape " + image
                    + " cannot be stored; allowed: at least one image of height x width x channels");
        }
    }

    /** Bytes of the device's memory that the images take. */
    long memoryBytes();

    /**
     * Stores images {@code [to, to + count)}; those never written are black.
     *
     * @param pixels image after image
     * @param from where the first begins in {@code pixels}
     * @throws IndexOutOfBoundsException if there are not so many, here or in the array
     */
    void write(int to, byte[] pixels, int from, int count);

    /**
     * Copies image {@code numbers[from + i]} to place i of a batch, for each i below {@code count}.
     *
     * @param batch BYTE, of the same back end, of at least {@code count} images: an input of a {@link Program}
     * @throws IndexOutOfBoundsException if a number is of no image, or images or numbers do not fit; the message has the number
     */
    void gather(int[] numbers, int from, int count, Buffer batch);

    /**
     * The same, image {@code numbers[from + i]} changed as transform i says: as many as there are transforms. Back ends make the same bytes.
     *
     * @throws IndexOutOfBoundsException likewise
     */
    void gather(int[] numbers, int from, List<ImageTransform> transforms, Buffer batch);

    /** Frees the memory. Closing twice is allowed. */
    @Override
    void close();
}
