package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.sparkmlext.kernels.emulated.CudaDriver;

/** Products by the libraries' code of this module, on libraries that compute on the CPU, at once. */
public final class EmulatedProducts implements AutoCloseable {

    private final VendorProducts products;

    public EmulatedProducts(DeviceFacts facts) {
        try {
            CudaDriver.provideProducts();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        products = new VendorProducts(facts, 0, () -> {});
    }

    public Optional<ProductCall> find(ProductShape shape) {
        return products.product(shape);
    }

    public String description() {
        return products.description();
    }

    /** Handles and descriptions that there are in this process. */
    public static int objects() {
        return List.of("libcublasLt.so.13", "libcudnn.so.9").stream()
                .mapToInt(name -> NativeLibrary.getInstance(name)
                        .getFunction("products_cpu_objects")
                        .invokeInt(new Object[0]))
                .sum();
    }

    @Override
    public void close() {
        products.free();
    }
}
