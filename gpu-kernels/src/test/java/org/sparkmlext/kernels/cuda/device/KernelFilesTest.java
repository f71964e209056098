package org.sparkmlext.kernels.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlext.kernels.emulated.KernelSource;

/** The PTX in the jar is that of the sources, and every GPU that is promised can take it. */
class KernelFilesTest {

    private static final int TURING = 75;
    private static final int AMPERE = 80;

    private static final Path SOURCES =
            Path.of(System.getProperty("basedir", "."), "src/main/cuda").toAbsolutePath();

    static Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cu"))
                    .map(name -> name.substring(0, name.length() - ".cu".length()))
                    .toList();
            return names.stream();
        }
    }

    private static String text(String name) {
        byte[] text = JCudaModule.text(name + ".ptx");
        return new String(text, 0, text.length - 1, StandardCharsets.US_ASCII);
    }

    private static KernelSource source(String name) throws IOException {
        return KernelSource.read(name + ".cu", file -> Files.readAllBytes(SOURCES.resolve(file)));
    }

    /** The least compute capability that a file is for: Turing has no bfloat16. */
    private static int capability(String name) throws IOException {
        return source(name).hasBfloat16() ? AMPERE : TURING;
    }

    @ParameterizedTest
    @MethodSource("names")
    void ptxIsMadeFromItsSource(String name) throws IOException {
        assertThat(text(name).lines().findFirst())
                .as("%s.cu or a header that it includes was changed: run src/main/cuda/generate", name)
                .hasValue("// sha256 of " + name + ".cu: "
                        + KernelSource.hash(source(name).text()));
    }

    @ParameterizedTest
    @MethodSource("names")
    void ptxAsksForNothingNew(String name) throws IOException {
        assertThat(text(name).lines().filter(line -> line.startsWith(".version") || line.startsWith(".target")))
                .containsExactly(".version 8.0", ".target sm_" + capability(name));
    }

    /** Turing, Ampere, Ada, Hopper; by the compiler of CUDA 12.0, which is what the oldest driver has. */
    @ParameterizedTest
    @ValueSource(ints = {TURING, AMPERE, 86, 89, 90})
    void ptxIsAssembledForEveryGeneration(int target) throws IOException {
        assumeCompiler();
        for (String name : names().toList()) {
            if (capability(name) <= target) {
                assemble(JCudaModule.text(name + ".ptx"), target);
            }
        }
    }

    private static void assemble(byte[] ptx, int target) {
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx))
                .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
        try {
            int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, 1, new String[] {"--gpu-name=sm_" + target});
            assertThat(result).as(() -> log(compiler)).isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
            long[] size = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
            assertThat(size[0]).isPositive();
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    @Test
    void missingFileIsNamed() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> JCudaModule.text("none.ptx")))
                .hasMessageContaining("none.ptx");
    }

    private static void assumeCompiler() {
        try {
            JNvPTXCompiler.setExceptionsEnabled(false);
        } catch (LinkageError e) {
            Assumptions.abort("JCuda has no PTX compiler for this platform: " + e.getMessage());
        }
    }

    private static String log(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
        byte[] log = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
        return new String(log, StandardCharsets.UTF_8).strip();
    }
}
