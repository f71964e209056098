package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sparkmlext.net.SumsRank.Task;
import org.sparkmlext.training.GpuSums;

/** Ranks as processes, each with a GPU of its own that is a driver on the CPU. */
final class SumsProcesses implements AutoCloseable {

    private static final long LIMIT_SECONDS = 180;

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();

    /** What a rank said, from its first line after its port to its last. */
    private final List<FutureTask<List<String>>> said = new ArrayList<>();

    /** @param environments of the ranks, on top of which each has a GPU of its own unless it says which */
    SumsProcesses(Path folder, Task task, GpuSums gpuSums, List<Map<String, String>> environments) throws IOException {
        this.folder = Files.createTempDirectory(folder, "ranks");
        List<BufferedReader> readers = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (int rank = 0; rank < environments.size(); rank++) {
            Process process = start(rank, task, gpuSums, environments.get(rank));
            processes.add(process);
            readers.add(process.inputReader(StandardCharsets.UTF_8));
        }
        for (BufferedReader reader : readers) {
            String port = reader.readLine();
            assertThat(port).as("first line of a rank").matches("\\d+");
            ports.add(port);
        }
        for (int rank = 0; rank < processes.size(); rank++) {
            new PrintStream(processes.get(rank).getOutputStream(), true, StandardCharsets.UTF_8)
                    .println(String.join(" ", ports));
            BufferedReader reader = readers.get(rank);
            FutureTask<List<String>> lines =
                    new FutureTask<>(() -> reader.lines().toList());
            Thread thread = new Thread(lines, "lines of rank " + rank);
            thread.setDaemon(true);
            thread.start();
            said.add(lines);
        }
    }

    private Process start(int rank, Task task, GpuSums gpuSums, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SumsRank.class.getName(),
                        String.valueOf(rank),
                        task.name(),
                        gpuSums.text(),
                        file(rank).toString())
                .redirectError(ProcessBuilder.Redirect.to(new File(folder.toFile(), rank + ".err")));
        builder.environment().remove("NCCL_ALGO");
        builder.environment().put("CUDA_CPU_UUID", "GPU " + rank);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Path file(int rank) {
        return folder.resolve(rank + ".result");
    }

    /** All lines of a rank, once it has ended. */
    List<String> lines(int rank) throws InterruptedException, ExecutionException, IOException {
        try {
            return said.get(rank).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("rank " + rank + " has not ended within " + LIMIT_SECONDS + " s", e);
        }
    }

    /** Its last line. */
    String end(int rank) throws InterruptedException, ExecutionException, IOException {
        List<String> lines = lines(rank);
        String errors = Files.readString(folder.resolve(rank + ".err"));
        assertThat(lines).as("rank %d said, and: %s", rank, errors).isNotEmpty();
        return lines.get(lines.size() - 1);
    }

    /** What a rank has left, after it is done. */
    byte[] result(int rank) throws InterruptedException, ExecutionException, IOException {
        assertThat(end(rank)).isEqualTo("done");
        return Files.readAllBytes(file(rank));
    }

    /** The same as numbers. */
    float[] floats(int rank) throws InterruptedException, ExecutionException, IOException {
        ByteBuffer bytes = ByteBuffer.wrap(result(rank));
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        return floats;
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
