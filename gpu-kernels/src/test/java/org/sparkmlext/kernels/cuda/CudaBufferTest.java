package org.sparkmlext.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.BufferContract;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.tree.TreeKernels;

/** Buffers on a GPU obey the same contract as the CPU's. */
@Tag("gpu")
@Timeout(120)
class CudaBufferTest extends BufferContract {

    /** As much of a back end as the contract of buffers asks for. */
    private record OnlyBuffers(CudaDevice device) implements Backend {
        @Override
        public String name() {
            return "cuda";
        }

        @Override
        public String description() {
            return "cuda: " + device.facts().describe();
        }

        @Override
        public Buffer allocate(ElementType type, int length) {
            return device.allocate(type, length);
        }

        @Override
        public TreeKernels trees() {
            device.requireOpen();
            throw new UnsupportedOperationException("no boosting kernels yet");
        }

        @Override
        public void close() {
            device.close();
        }
    }

    @Override
    protected Backend open() {
        return new OnlyBuffers(CudaDevice.open(0));
    }

    @Test
    void tooMuchIsRefusedWithBytesAskedAndFree() {
        java.util.List<Buffer> all = new java.util.ArrayList<>();
        try {
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> {
                        // No device has 16 TiB.
                        for (int i = 0; i < 1024; i++) {
                            all.add(backend.allocate(ElementType.LONG, Integer.MAX_VALUE));
                        }
                    })
                    .withMessageContaining("17179869176 bytes asked")
                    .withMessageContaining("bytes free of");
        } finally {
            all.forEach(Buffer::close);
        }
        backend.allocate(ElementType.LONG, 10).close();
    }
}
