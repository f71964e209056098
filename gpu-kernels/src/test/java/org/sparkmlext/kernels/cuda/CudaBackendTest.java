package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.cuda.device.JCudaDevice;
import org.sparkmlext.kernels.cuda.device.OpenDevice;
import org.sparkmlext.kernels.graph.GraphKernelsContract;
import org.sparkmlext.kernels.graph.WrongInputsContract;
import org.sparkmlext.kernels.tree.TreeKernelsContract;

/** The CUDA back end obeys the whole contract on a GPU. */
@Tag("gpu")
@Timeout(600)
class CudaBackendTest {

    private static JCudaDevice held;

    /** Every test opens a back end of its own; the device's context, which takes most of a second to make, stays meanwhile. */
    @BeforeAll
    static void hold() {
        held = JCudaDevice.open(0);
    }

    @AfterAll
    static void giveBack() {
        held.close();
    }

    @Nested
    class Device extends DeviceContract {
        @Override
        protected OpenDevice open() {
            return JCudaDevice.open(0);
        }
    }

    @Nested
    class Contract extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return new CudaBackendProvider().open(BackendOptions.threads(1));
        }
    }

    @Nested
    class Networks extends GraphKernelsContract {
        @Override
        protected Backend open() {
            return new CudaBackendProvider().open(BackendOptions.threads(1));
        }
    }

    @Nested
    class WrongInputs extends WrongInputsContract {
        @Override
        protected Backend open() {
            return new CudaBackendProvider().open(BackendOptions.threads(1));
        }
    }

    @Test
    void aGroupOfOneAddsByNccl() {
        try (Backend backend = new CudaBackendProvider().open(BackendOptions.threads(1))) {
            Availability nccl = backend.graphs().directSums().availability();
            assumeTrue(nccl.isAvailable(), nccl.reason());
            OneRankSums.check(backend);
        }
    }

    @Test
    void tooMuchIsRefusedWithBytesAskedAndFree() {
        List<Buffer> all = new ArrayList<>();
        try (Backend backend = new CudaBackendProvider().open(BackendOptions.threads(1))) {
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> {
                        // No device has 16 TiB.
                        for (int i = 0; i < 1024; i++) {
                            all.add(backend.allocate(ElementType.LONG, Integer.MAX_VALUE));
                        }
                    })
                    .withMessageContaining("17179869176 bytes asked")
                    .withMessageContaining("bytes free of");
            all.forEach(Buffer::close);
            backend.allocate(ElementType.LONG, 10).close();
        }
    }
}
