package org.sparkmlext.kernels.cuda.graph;

import java.util.List;
import java.util.Objects;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.cuda.device.CudaBuffer;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaOwnership;
import org.sparkmlext.kernels.cuda.device.CudaResource;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.graph.ImageTransform;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.StoredImages;

/** Images in a GPU's memory, one behind another, and {@code images.cu} that gathers them. */
final class CudaStoredImages extends CudaResource implements StoredImages {

    private static final String FILE = "images";
    private static final int THREADS = 256;
    /** Pixels of an image that a block makes. */
    private static final int BLOCK_PIXELS = 1024;
    /** Bytes that a thread copies where images are whole numbers of so many. */
    private static final int WORD_BYTES = 16;
    /** {@code Transform} of {@code images.cu}, in longs. */
    private static final int TRANSFORM_LONGS = 10;

    private final int count;
    private final Shape image;
    private final DeviceMemory memory;
    private final CudaScratch arguments;

    CudaStoredImages(CudaDevice device, int count, Shape image) {
        super(device);
        this.count = count;
        this.image = image;
        arguments = new CudaScratch(device, "the numbers of a batch's images");
        memory = device.allocate(
                memoryBytes(), count + " images of " + image, "Take a smaller batch, or more workers, each with a GPU");
        memory.clear(memoryBytes());
    }

    static long bytes(int count, Shape image) {
        return (long) count * image.elements();
    }

    @Override
    public long memoryBytes() {
        return bytes(count, image);
    }

    @Override
    public void write(int to, byte[] pixels, int from, int images) {
        requireOpen();
        Objects.checkFromIndexSize(to, images, count);
        int bytes = Math.multiplyExact(images, image.elements());
        Objects.checkFromIndexSize(from, bytes, pixels.length);
        memory.copyIn(bytes(to, image), pixels, from, bytes);
    }

    @Override
    public void gather(int[] numbers, int from, int images, Buffer batch) {
        DeviceMemory target = target(numbers, from, images, batch);
        if (images == 0) {
            return;
        }
        int[] own = new int[images];
        System.arraycopy(numbers, from, own, 0, images);
        boolean isOfWords = image.elements() % WORD_BYTES == 0;
        int units = isOfWords ? image.elements() / WORD_BYTES : image.elements();
        int all = Math.multiplyExact(images, units);
        owner().kernel(FILE, isOfWords ? "gather_words" : "gather_bytes")
                .launch(Grid.covering(all, THREADS, THREADS), memory, arguments.of(own), target, units, all);
    }

    @Override
    public void gather(int[] numbers, int from, List<ImageTransform> transforms, Buffer batch) {
        int images = transforms.size();
        DeviceMemory target = target(numbers, from, images, batch);
        if (images == 0) {
            return;
        }
        long[] own = new long[images * TRANSFORM_LONGS];
        for (int i = 0; i < images; i++) {
            pack(numbers[from + i], transforms.get(i), own, i * TRANSFORM_LONGS);
        }
        int pieces = (image.size(0) * image.size(1) - 1) / BLOCK_PIXELS + 1;
        owner().kernel(FILE, "transform_images")
                .launch(
                        Grid.of(Math.multiplyExact(images, pieces), THREADS),
                        memory,
                        arguments.of(own),
                        target,
                        image.size(0),
                        image.size(1),
                        image.size(2),
                        pieces,
                        BLOCK_PIXELS);
    }

    private static void pack(int number, ImageTransform transform, long[] target, int at) {
        ImageTransform.Affine places = transform.places();
        ImageTransform.Box erased = transform.erased();
        target[at] = Double.doubleToRawLongBits(places.firstX());
        target[at + 1] = Double.doubleToRawLongBits(places.firstY());
        target[at + 2] = Double.doubleToRawLongBits(places.downX());
        target[at + 3] = Double.doubleToRawLongBits(places.downY());
        target[at + 4] = Double.doubleToRawLongBits(transform.brightness());
        target[at + 5] = Double.doubleToRawLongBits(transform.contrast());
        target[at + 6] = pair(places.stepX(), places.stepY());
        target[at + 7] = pair(transform.saturation(), number);
        target[at + 8] = pair(erased.top(), erased.bottom());
        target[at + 9] = pair(erased.left(), erased.right());
    }

    /** Two ints as they lie in the device's memory, which is little endian. */
    private static long pair(int first, int second) {
        return Integer.toUnsignedLong(first) | (long) second << Integer.SIZE;
    }

    /** Checks a batch and returns its memory. */
    private DeviceMemory target(int[] numbers, int from, int images, Buffer batch) {
        requireOpen();
        CudaBuffer own = new CudaOwnership(owner()).own(batch, CudaBuffer.class, "a batch's images");
        if (own.type() != ElementType.BYTE) {
            throw new IllegalStateException(own + " was used as " + ElementType.BYTE);
        }
        Objects.checkFromIndexSize(0, bytes(images, image), own.length());
        Objects.checkFromIndexSize(from, images, numbers.length);
        for (int i = from; i < from + images; i++) {
            Objects.checkIndex(numbers[i], count);
        }
        return own.memory();
    }

    @Override
    protected void release() {
        arguments.free();
        owner().free(memory);
    }

    @Override
    public String toString() {
        return "cuda memory of " + count + " images of " + image;
    }
}
