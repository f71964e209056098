package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.cuda.device.EmulatedProducts;
import org.sparkmlext.kernels.emulated.CudaDriver;
import org.sparkmlext.kernels.graph.ProductsContract;

/** Networks of the CUDA back end whose large products are the libraries', on ones that compute on the CPU; they leave nothing behind. */
@Timeout(600)
class EmulatedProductsTest extends ProductsContract {

    @BeforeAll
    static void needsCompiler() {
        assumeTrue(CudaDriver.missing() == null, CudaDriver.missing());
    }

    @AfterAll
    static void allIsGivenBack() {
        if (CudaDriver.missing() == null) {
            assertThat(EmulatedProducts.objects()).isZero();
        }
    }

    @Override
    protected Backend open() {
        return new CudaBackend(EmulatedDevice.withLibraries());
    }
}
