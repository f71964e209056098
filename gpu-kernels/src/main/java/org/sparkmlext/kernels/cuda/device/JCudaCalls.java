package org.sparkmlext.kernels.cuda.device;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.sparkmlext.kernels.KernelException;

/** The driver of this machine, once {@link #load} has gone well. */
public final class JCudaCalls implements Driver {

    private static final int NAME_BYTES = 256;
    /** What leaves a process without any GPU, as the driver's documentation says of each. */
    private static final Set<Integer> LOST = Set.of(
            CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
            CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
            CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
            CUresult.CUDA_ERROR_ASSERT,
            CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
            CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
            CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
            CUresult.CUDA_ERROR_INVALID_PC,
            CUresult.CUDA_ERROR_LAUNCH_FAILED);

    /**
     * Loads JCuda's library, once a process.
     *
     * @throws LinkageError if there is no driver, or no JCuda
     */
    static void load() {
        // Codes are looked at here: an exception of JCuda's would not say what was being done.
        JCudaDriver.setExceptionsEnabled(false);
    }

    /**
     * Turns an error code into an exception.
     *
     * @param doing what was tried, for the message
     * @throws KernelException if the code is not success
     */
    public static void check(int code, String doing) {
        if (code != CUresult.CUDA_SUCCESS) {
            String[] text = new String[1];
            JCudaDriver.cuGetErrorString(code, text);
            throw new KernelException(
                    "cuda: " + doing + " failed: " + CUresult.stringFor(code) + " (" + text[0] + ")" + remedy(code));
        }
    }

    private static String remedy(int code) {
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return ". No memory is left for it: free what other programs have of the GPU's and of the host's, or use more workers, each with a"
                    + " GPU of its own";
        }
        return LOST.contains(code)
                ? ". The GPU is lost to this process, whatever it does; end the process (on a cluster the executor), so that another is"
                        + " started. Where it comes again, the driver's log (nvidia-smi -q, lines with Xid in dmesg) says whether"
                        + " the GPU is at fault"
                : "";
    }

    @Override
    public int deviceCount() {
        int code = JCudaDriver.cuInit(0);
        if (code == CUresult.CUDA_ERROR_NO_DEVICE) {
            return 0;
        }
        check(code, "cuInit");
        int[] count = new int[1];
        check(JCudaDriver.cuDeviceGetCount(count), "counting the devices");
        return count[0];
    }

    @Override
    public DeviceFacts facts(int ordinal) {
        CUdevice device = device(ordinal);
        byte[] name = new byte[NAME_BYTES];
        check(JCudaDriver.cuDeviceGetName(name, NAME_BYTES, device), "asking for the name");
        int[] version = new int[1];
        check(JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
        long[] bytes = new long[1];
        check(JCudaDriver.cuDeviceTotalMem(bytes, device), "asking for the memory");
        return new DeviceFacts(
                new String(name, StandardCharsets.UTF_8).replace("\0", "").strip(),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                version[0],
                bytes[0],
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
    }

    CUdevice device(int ordinal) {
        CUdevice device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, ordinal), "finding device " + ordinal);
        return device;
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "asking for attribute " + attribute);
        return value[0];
    }
}
