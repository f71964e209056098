package org.sparkmlext.kernels.cuda.device;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Products by NVIDIA's libraries in the stream of a device's launches. A library is opened when a product first wants it: one holds memory of
 * the device as long as it is open.
 */
final class VendorProducts {

    private final DeviceFacts facts;
    private final long stream;
    private @Nullable CublasLtProducts multiplications;
    private @Nullable CudnnProducts convolutions;

    VendorProducts(DeviceFacts facts, long stream) {
        this.facts = facts;
        this.stream = stream;
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
        return VendorLibraries.cudnn().flatMap(library -> convolutions(library).find((ProductShape.Convolution) shape));
    }

    private CublasLtProducts multiplications(CublasLt library) {
        CublasLtProducts present = multiplications;
        if (present == null) {
            present = CublasLtProducts.open(library, stream);
            multiplications = present;
        }
        return present;
    }

    private CudnnProducts convolutions(Cudnn library) {
        CudnnProducts present = convolutions;
        if (present == null) {
            present = CudnnProducts.open(library, stream);
            convolutions = present;
        }
        return present;
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
