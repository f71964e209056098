package org.sparkmlext.kernels.cuda.device;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.KernelException;

/**
 * Products by NVIDIA's libraries in the stream of a device's launches. A library is opened when a product first wants it: one holds memory of
 * the device as long as it is open.
 */
final class VendorProducts {

    private final DeviceFacts facts;
    private final long stream;
    private final Runnable reclaim;
    private @Nullable CublasLtProducts multiplications;
    private @Nullable CudnnProducts convolutions;

    /** @param reclaim gets memory of the device back that is kept and not in use */
    VendorProducts(DeviceFacts facts, long stream, Runnable reclaim) {
        this.facts = facts;
        this.stream = stream;
        this.reclaim = reclaim;
    }

    String description() {
        return VendorLibraries.describe(facts);
    }

    /**
     * {@link OpenDevice#product}.
     *
     * @throws org.sparkmlext.kernels.KernelException if the library cannot be opened
     */
    Optional<ProductCall> product(ProductShape shape) {
        if (shape instanceof ProductShape.Multiplication multiplication) {
            return VendorLibraries.cublas(facts)
                    .flatMap(library -> multiplications(library).find(multiplication));
        }
        return VendorLibraries.cudnn(facts)
                .flatMap(library -> convolutions(library).find((ProductShape.Convolution) shape));
    }

    private CublasLtProducts multiplications(CublasLt library) {
        CublasLtProducts present = multiplications;
        if (present == null) {
            present = open(() -> CublasLtProducts.open(library, stream));
            multiplications = present;
        }
        return present;
    }

    private CudnnProducts convolutions(Cudnn library) {
        CudnnProducts present = convolutions;
        if (present == null) {
            present = open(() -> CudnnProducts.open(library, stream));
            convolutions = present;
        }
        return present;
    }

    /** Once more where it fails: a library has many words for a lack of memory. */
    private <T> T open(Supplier<T> library) {
        try {
            return library.get();
        } catch (KernelException e) {
            reclaim.run();
            return library.get();
        }
    }

    /** Closes what was opened. */
    void free() {
        CublasLtProducts cublas = multiplications;
        multiplications = null;
        CudnnProducts cudnn = convolutions;
        convolutions = null;
        if (cublas != null) {
            cublas.free();
        }
        if (cudnn != null) {
            cudnn.free();
        }
    }
}
