package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.Window2d;

/**
 * Convolutions, and gradients of their images, by cuDNN. Gradients of weights it gives in bfloat16 only where the images are: those stay with
 * our own kernels, which give float32.
 */
final class CudnnProducts {

    private static final String NAME = "cudnn";
    private static final String DESCRIBING = "describing a convolution";
    private static final String CHOOSING = "choosing an algorithm";
    private static final long MOST_SCRATCH = 1L << 26;
    /** As many algorithms as it has for either direction, each for two kinds of products. */
    private static final int MOST_FOUND = 16;

    private final Cudnn calls;
    private final VendorObjects own;
    private final Pointer handle;

    private CudnnProducts(Cudnn calls, VendorObjects own, Pointer handle) {
        this.calls = calls;
        this.own = own;
        this.handle = handle;
    }

    private static VendorObjects objects(Cudnn calls) {
        return new VendorObjects(NAME, calls::cudnnGetErrorString);
    }

    /** @param stream whose context is current */
    static CudnnProducts open(Cudnn calls, long stream) {
        VendorObjects own = objects(calls);
        Pointer handle = own.make(calls::cudnnCreate, calls::cudnnDestroy, "opening it");
        own.check(calls.cudnnSetStream(handle, new Pointer(stream)), "choosing a stream");
        return new CudnnProducts(calls, own, handle);
    }

    void free() {
        own.free();
    }

    /** What a convolution is called with. */
    private record Description(Pointer images, Pointer weights, Pointer outputs, Pointer convolution) {}

    private record Algorithm(int number, long scratchBytes) {}

    /** A convolution, if the library has an algorithm for it that gives the same bits every time. */
    Optional<ProductCall> find(ProductShape.Convolution shape) {
        VendorObjects objects = objects(calls);
        return objects.orFree(() -> find(objects, shape));
    }

    private Optional<ProductCall> find(VendorObjects objects, ProductShape.Convolution shape) {
        Description description = describe(objects, shape);
        Algorithm algorithm = choose(objects, shape.isGradient(), description);
        if (algorithm == null) {
            objects.free();
            return Optional.empty();
        }
        return Optional.of(new Call(this, objects, shape.isGradient(), description, algorithm));
    }

    private Description describe(VendorObjects objects, ProductShape.Convolution shape) {
        Window2d window = shape.window();
        Pointer images = tensor(objects, shape.images(), shape.channels(), shape.height(), shape.width());
        Pointer outputs = tensor(objects, shape.images(), shape.outputs(), shape.outHeight(), shape.outWidth());
        Pointer weights =
                objects.make(calls::cudnnCreateFilterDescriptor, calls::cudnnDestroyFilterDescriptor, DESCRIBING);
        objects.check(
                calls.cudnnSetFilter4dDescriptor(
                        weights,
                        Cudnn.BFLOAT16,
                        Cudnn.CHANNELS_LAST,
                        shape.outputs(),
                        shape.channels(),
                        window.kernelHeight(),
                        window.kernelWidth()),
                DESCRIBING);
        Pointer convolution = objects.make(
                calls::cudnnCreateConvolutionDescriptor, calls::cudnnDestroyConvolutionDescriptor, DESCRIBING);
        objects.check(
                calls.cudnnSetConvolution2dDescriptor(
                        convolution,
                        window.padTop(),
                        window.padLeft(),
                        window.strideHeight(),
                        window.strideWidth(),
                        window.dilationHeight(),
                        window.dilationWidth(),
                        Cudnn.CROSS_CORRELATION,
                        Cudnn.FLOAT32),
                DESCRIBING);
        objects.check(calls.cudnnSetConvolutionMathType(convolution, Cudnn.TENSOR_CORES), DESCRIBING);
        return new Description(images, weights, outputs, convolution);
    }

    private Pointer tensor(VendorObjects objects, int images, int channels, int height, int width) {
        Pointer tensor =
                objects.make(calls::cudnnCreateTensorDescriptor, calls::cudnnDestroyTensorDescriptor, DESCRIBING);
        objects.check(
                calls.cudnnSetTensor4dDescriptor(
                        tensor, Cudnn.CHANNELS_LAST, Cudnn.BFLOAT16, images, channels, height, width),
                DESCRIBING);
        return tensor;
    }

    /** The first that will do of those which the library holds for the fastest; the convolution is left as that one wants it. */
    private @Nullable Algorithm choose(VendorObjects objects, boolean isGradient, Description d) {
        Memory found = new Memory((long) MOST_FOUND * Cudnn.FOUND_BYTES);
        IntByReference count = new IntByReference();
        int code = isGradient
                ? calls.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                        handle, d.weights, d.outputs, d.convolution, d.images, MOST_FOUND, count, found)
                : calls.cudnnGetConvolutionForwardAlgorithm_v7(
                        handle, d.images, d.weights, d.convolution, d.outputs, MOST_FOUND, count, found);
        if (code >= Cudnn.NOT_TAKEN && code < Cudnn.FAILED) {
            return null;
        }
        objects.check(code, CHOOSING);
        for (int i = 0; i < count.getValue(); i++) {
            Pointer one = found.share((long) i * Cudnn.FOUND_BYTES);
            if (one.getInt(Cudnn.FOUND_STATUS) == Cudnn.SUCCESS
                    && one.getInt(Cudnn.FOUND_DETERMINISM) == Cudnn.DETERMINISTIC) {
                int number = one.getInt(Cudnn.FOUND_ALGORITHM);
                objects.check(
                        calls.cudnnSetConvolutionMathType(d.convolution, one.getInt(Cudnn.FOUND_MATH)), DESCRIBING);
                long scratch = scratch(isGradient, d, number);
                if (scratch >= 0 && scratch <= MOST_SCRATCH) {
                    return new Algorithm(number, scratch);
                }
            }
        }
        return null;
    }

    /** What an algorithm needs; -1 where the library refuses it after all. */
    private long scratch(boolean isGradient, Description d, int algorithm) {
        LongByReference bytes = new LongByReference();
        int code = isGradient
                ? calls.cudnnGetConvolutionBackwardDataWorkspaceSize(
                        handle, d.weights, d.outputs, d.convolution, d.images, algorithm, bytes)
                : calls.cudnnGetConvolutionForwardWorkspaceSize(
                        handle, d.images, d.weights, d.convolution, d.outputs, algorithm, bytes);
        return code == Cudnn.SUCCESS ? bytes.getValue() : -1;
    }

    private record Call(
            CudnnProducts of, VendorObjects objects, boolean isGradient, Description description, Algorithm algorithm)
            implements ProductCall {

        @Override
        public String library() {
            return NAME;
        }

        @Override
        public long scratchBytes() {
            return algorithm.scratchBytes;
        }

        @Override
        public void run(DeviceMemory first, DeviceMemory second, DeviceMemory result, @Nullable DeviceMemory scratch) {
            Memory one = VendorObjects.number(1);
            Memory none = VendorObjects.number(0);
            Pointer from = VendorObjects.address(first);
            Pointer weights = VendorObjects.address(second);
            Pointer to = VendorObjects.address(result);
            Pointer place = VendorObjects.addressOrNull(scratch);
            int code = isGradient
                    ? of.calls.cudnnConvolutionBackwardData(
                            of.handle,
                            one,
                            description.weights,
                            weights,
                            description.outputs,
                            from,
                            description.convolution,
                            algorithm.number,
                            place,
                            algorithm.scratchBytes,
                            none,
                            description.images,
                            to)
                    : of.calls.cudnnConvolutionForward(
                            of.handle,
                            one,
                            description.images,
                            from,
                            description.weights,
                            weights,
                            description.convolution,
                            algorithm.number,
                            place,
                            algorithm.scratchBytes,
                            none,
                            description.outputs,
                            to);
            if (code != Cudnn.SUCCESS) {
                throw objects.failure(code, "a convolution");
            }
        }

        @Override
        public void free() {
            objects.free();
        }
    }
}
