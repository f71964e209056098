package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.kernels.emulated.CudaDriver;

/** Products by libraries in a stream of CUDA's driver, recorded and replayed: driver and libraries compute on the CPU, in processes of their own. */
@Timeout(300)
class JCudaProductsTest {

    private static final List<String> FILES =
            List.of("elements", "objectives", "updates", "pixels", "convolutions", "weights", "rows", "heads");

    @BeforeAll
    static void needsCompilerAndBinding() {
        assumeTrue(CudaDriver.missing() == null, CudaDriver.missing());
    }

    private static String run(Map<String, String> environment, String scenario, String name, String value)
            throws IOException, InterruptedException {
        Map<String, String> own = new HashMap<>(environment);
        own.put(name, value);
        return CudaDriver.run(JCudaProductsOnTheCpu.class, own, scenario);
    }

    @Test
    void librariesGiveWhatOwnKernelsGive() throws IOException, InterruptedException {
        CudaDriver.run(JCudaProductsOnTheCpu.class, CudaDriver.environmentWithProducts(FILES), "same");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cublasLtCreate             | cublasLt: opening it failed: the library was not initialized (code 1)
            cublasLtMatrixLayoutCreate | cublasLt: describing a matrix failed
            cublasLtMatmul             | cublasLt: a product failed
            cudnnCreate                | cudnn: opening it failed
            cudnnSetStream             | cudnn: choosing a stream failed
            cudnnSetFilter4dDescriptor | cudnn: describing a convolution failed
            cudnnConvolutionForward    | cudnn: a convolution failed
            cudnnConvolutionBackwardData           | cudnn: a convolution failed
            cudnnGetConvolutionForwardAlgorithm_v7 | cudnn: choosing an algorithm failed
            cublasLtMatmulDescCreate               | cublasLt: describing a product failed
            cublasLtMatmulPreferenceCreate         | cublasLt: choosing an algorithm failed
            cublasLtMatmulAlgoGetHeuristic         | cublasLt: choosing an algorithm failed""")
    void aLibraryThatFailsIsAnErrorThatSaysWhatToDo(String function, String reason)
            throws IOException, InterruptedException {
        assertThat(run(CudaDriver.environmentWithProducts(FILES), "failure", "PRODUCTS_CPU_FAILS", function))
                .contains(reason)
                .contains("set spark.sparkmlext.gpuProducts=own to do without");
    }

    @Test
    void whatNoLibraryTakesOwnKernelsCompute() throws IOException, InterruptedException {
        assertThat(run(CudaDriver.environmentWithProducts(FILES), "own", "PRODUCTS_CPU_REFUSES", "1"))
                .contains("products by cuBLASLt 13.1.1, cuDNN 9.19.0, own kernels");
    }

    /** Where a part of cuDNN is missing, cuDNN ends the process; for one of CUDA 13 a driver of 12 is too old. */
    @Test
    void aLibraryThatCannotWorkHereIsNotUsed() throws IOException, InterruptedException {
        assertThat(CudaDriver.run(
                        JCudaProductsOnTheCpu.class,
                        CudaDriver.environmentWithProducts(
                                FILES, List.of("libcudnn.so.9", "libcudnn_graph.so.9", "libcudnn_ops.so.9")),
                        "own"))
                .contains(
                        "products by own kernels (no usable libcublasLt.so.13 or libcublasLt.so.12, no usable libcudnn.so.9)");
        assertThat(run(CudaDriver.environmentWithProducts(FILES), "own", "CUDA_CPU_VERSION", "12060"))
                .contains("products by own kernels (no usable libcublasLt.so.12, no usable libcudnn.so.9)");
    }

    /** As a library may for a lack of memory; what is kept is given back before it is opened again. */
    @Test
    void aLibraryThatOpensAtTheSecondTryIsUsed() throws IOException, InterruptedException {
        assertThat(run(CudaDriver.environmentWithProducts(FILES), "second", "PRODUCTS_CPU_FAILS_ONCE", "cudnnCreate"))
                .contains("opened");
    }

    @Test
    void withoutLibrariesOwnKernelsComputeAll() throws IOException, InterruptedException {
        assertThat(run(CudaDriver.environment(FILES), "own", "CUDA_CPU_VERSION", "13000"))
                .contains(
                        "products by own kernels (no usable libcublasLt.so.13 or libcublasLt.so.12, no usable libcudnn.so.9)");
    }
}
