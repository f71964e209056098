package org.sparkmlext.kernels.cuda.device;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.sparkmlext.kernels.KernelException;

/** The kernels of one PTX file, compiled for a device by its driver, which keeps the result on disk for the next process. */
final class JCudaModule implements AutoCloseable {

    private static final int LOG_BYTES = 8192;
    /** All of a multiprocessor's fast memory as shared memory, as far as it goes. */
    private static final int MOST_SHARED_PERCENT = 100;

    private final String resource;
    private final CUmodule module = new CUmodule();
    private final int mostSharedBytes;
    private boolean isClosed;

    private JCudaModule(String resource, int mostSharedBytes) {
        this.resource = resource;
        this.mostSharedBytes = mostSharedBytes;
    }

    /**
     * Loads a file of this package for the current device.
     *
     * @param facts of that device
     * @param resource e.g. {@code tree.ptx}
     * @param reclaim used where the device has no memory for it
     * @throws KernelException if the driver refuses it; the message has the driver's log
     */
    static JCudaModule load(DeviceFacts facts, String resource, JCudaReclaim reclaim) {
        JCudaModule loaded = new JCudaModule(resource, facts.sharedBytes());
        byte[] text = text(resource);
        int code = reclaim.around(() -> JCudaDriver.cuModuleLoadData(loaded.module, text));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            JCudaCalls.check(code, "loading " + resource);
        }
        if (code != CUresult.CUDA_SUCCESS) {
            throw new KernelException("cuda: " + facts.describe() + " refuses " + resource + ": "
                    + CUresult.stringFor(code) + ": " + log(text));
        }
        return loaded;
    }

    /** What the driver's compiler has to say of a text that it refuses. */
    private static String log(byte[] text) {
        JITOptions options = new JITOptions();
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        JCudaDriver.cuModuleLoadDataJIT(new CUmodule(), Pointer.to(text), options);
        return options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER).strip();
    }

    /** The text of a PTX file, ended by a zero as the driver wants it. */
    static byte[] text(String resource) {
        try (InputStream in = JCudaModule.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new KernelException("cuda: " + resource + " is not in the jar");
            }
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new KernelException("cuda: cannot read " + resource, e);
        }
    }

    /**
     * A kernel by its name in the source.
     *
     * @param sharedBytes dynamic shared memory of a block, at most {@link DeviceFacts#sharedBytes()}
     */
    CUfunction function(String name, int sharedBytes) {
        if (isClosed) {
            throw new IllegalStateException(resource + " is closed");
        }
        CUfunction function = new CUfunction();
        JCudaCalls.check(
                JCudaDriver.cuModuleGetFunction(function, module, name), "finding " + name + " in " + resource);
        if (sharedBytes > 0) {
            // Without being asked for, 48 KB, of which what the kernel declares itself is a part.
            JCudaCalls.check(
                    JCudaDriver.cuFuncSetAttribute(
                            function,
                            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                            sharedBytes),
                    "giving " + name + " " + sharedBytes + " bytes of shared memory");
        }
        // Kernels without any want what is fast as a cache, those of which several blocks fit beside each other a part
        // of it.
        if (sharedBytes > mostSharedBytes / 2) {
            JCudaCalls.check(
                    JCudaDriver.cuFuncSetAttribute(
                            function,
                            CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT,
                            MOST_SHARED_PERCENT),
                    "choosing shared memory for " + name);
        }
        // Asking makes the driver load it now: it could not while launches are recorded.
        JCudaCalls.check(
                JCudaDriver.cuFuncGetAttribute(new int[1], CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS, function),
                "loading " + name);
        return function;
    }

    /** Unloads the kernels. Closing twice is allowed. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            JCudaCalls.check(JCudaDriver.cuModuleUnload(module), "unloading " + resource);
        }
    }
}
