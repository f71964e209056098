package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/** Whether NVIDIA's libraries are found by their sonames through JNA, and work on the context of JCuda. One line each. */
final class LibraryVersions {

    private LibraryVersions() {}

    public static void main(String[] args) {
        try (CudaDevice device = new CudaDevice(JCudaDevice.open(0))) {
            System.out.println(device.facts().describe());
            say("libcublas.so.13", LibraryVersions::cublas);
            say(
                    "libcudnn.so.9",
                    library ->
                            "version " + library.getFunction("cudnnGetVersion").invokeLong(new Object[0]));
            say("libnccl.so.2", LibraryVersions::nccl);
        }
    }

    private interface Question {
        String ask(NativeLibrary library);
    }

    private static void say(String soname, Question question) {
        try {
            System.out.println(soname + ": " + question.ask(NativeLibrary.getInstance(soname)));
        } catch (UnsatisfiedLinkError | IllegalStateException e) {
            System.out.println(soname + ": FAILED: " + e.getMessage());
        }
    }

    private static void call(Function function, Object... arguments) {
        int code = function.invokeInt(arguments);
        if (code != 0) {
            throw new IllegalStateException(function.getName() + " returned " + code);
        }
    }

    private static String cublas(NativeLibrary library) {
        PointerByReference handle = new PointerByReference();
        IntByReference version = new IntByReference();
        call(library.getFunction("cublasCreate_v2"), handle);
        call(library.getFunction("cublasGetVersion_v2"), handle.getValue(), version);
        call(library.getFunction("cublasDestroy_v2"), handle.getValue());
        return "version " + version.getValue() + ", a handle on JCuda's context made and destroyed";
    }

    private static String nccl(NativeLibrary library) {
        IntByReference version = new IntByReference();
        call(library.getFunction("ncclGetVersion"), version);
        return "version " + version.getValue();
    }
}
