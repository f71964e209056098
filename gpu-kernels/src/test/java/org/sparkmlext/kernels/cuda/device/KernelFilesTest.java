package org.sparkmlext.kernels.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

/** The PTX in the jar is that of the sources, and every GPU that is promised can take it. */
class KernelFilesTest {

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

    @ParameterizedTest
    @MethodSource("names")
    void ptxIsMadeFromItsSource(String name) throws IOException, NoSuchAlgorithmException {
        byte[] source = Files.readAllBytes(SOURCES.resolve(name + ".cu"));
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(source));
        assertThat(text(name).lines().findFirst())
                .as("%s.cu was changed: run src/main/cuda/generate", name)
                .hasValue("// sha256 of " + name + ".cu: " + hash);
    }

    @ParameterizedTest
    @MethodSource("names")
    void ptxAsksForNothingNew(String name) {
        assertThat(text(name).lines().filter(line -> line.startsWith(".version") || line.startsWith(".target")))
                .containsExactly(".version 8.0", ".target sm_75");
    }

    /** Turing, Ampere, Ada, Hopper; by the compiler of CUDA 12.0, which is what the oldest driver has. */
    @ParameterizedTest
    @ValueSource(strings = {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90"})
    void ptxIsAssembledForEveryGeneration(String target) throws IOException {
        assumeCompiler();
        for (String name : names().toList()) {
            byte[] ptx = JCudaModule.text(name + ".ptx");
            nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
            assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx))
                    .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
            try {
                int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, 1, new String[] {"--gpu-name=" + target});
                assertThat(result).as(() -> log(compiler)).isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
                long[] size = new long[1];
                JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
                assertThat(size[0]).isPositive();
            } finally {
                JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
            }
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
