package org.sparkmlext.collective;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times sums between processes, over loopback and through sockets in the file system, and between threads of one JVM; a program, not a test.
 *
 * <p>Arguments: the number of ranks (2 by default). Prints, for each size, median and fastest time and the bus bandwidth
 * {@code 2 (N - 1) / N * bytes / median}. Run it on a quiet machine; the congestion control of the host matters (see
 * docs/collective.md) and is printed.
 */
public final class CollectiveBenchmark {
    private static final int[] BYTES = {4 << 10, 64 << 10, 1 << 20, 16 << 20};
    private static final long ATTEMPT = 1;
    private static final byte[] TOKEN = new byte[32];

    private CollectiveBenchmark() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 3) {
            runRank(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Boolean.parseBoolean(args[2]));
            return;
        }
        int size = args.length == 0 ? 2 : Integer.parseInt(args[0]);
        printMachine();
        System.out.println("ranks  carrier    type     bytes        p50 us      min us   GB/s");
        runProcesses(size, false);
        runProcesses(size, true);
        List<InProcessCollective> ranks = InProcessCollective.group(size);
        RankThreads.run(ranks, collective -> {
            measureAll(collective, "one JVM  ", System.out);
            return true;
        });
    }

    private static void runProcesses(int size, boolean localSockets) throws IOException {
        List<Process> processes = new ArrayList<>();
        StringBuilder ports = new StringBuilder();
        try {
            List<BufferedReader> answers = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CollectiveBenchmark.class.getName(),
                                String.valueOf(rank),
                                String.valueOf(size),
                                String.valueOf(localSockets))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                processes.add(process);
                answers.add(process.inputReader(StandardCharsets.UTF_8));
                ports.append(answers.get(rank).readLine()).append(' ');
            }
            for (Process process : processes) {
                PrintStream orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
                orders.println(ports);
            }
            answers.get(0).lines().forEach(System.out::println);
        } finally {
            processes.forEach(Process::destroy);
        }
    }

    private static void runRank(int rank, int size, boolean localSockets) throws IOException {
        TcpListener listener = TcpListener.bind(
                InetAddress.getLoopbackAddress(), CollectiveOptions.defaults().withLocalSockets(localSockets));
        System.out.println(listener.address().getPort());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<InetSocketAddress> peers = Arrays.stream(orders.readLine().trim().split(" "))
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)))
                .toList();
        if (peers.size() != size) {
            throw new IOException(peers.size() + " addresses for " + size + " ranks");
        }
        try (TcpCollective collective = listener.connect(rank, peers, TOKEN, ATTEMPT)) {
            measureAll(collective, localSockets ? "files    " : "TCP      ", System.out);
        }
    }

    private static void measureAll(Collective collective, String carrier, PrintStream out) {
        for (int bytes : BYTES) {
            long[] longs = new long[bytes / Long.BYTES];
            float[] floats = new float[bytes / Float.BYTES];
            measure(collective, carrier, "int64  ", bytes, () -> collective.sum(longs, 0, longs.length), out);
            measure(collective, carrier, "float32", bytes, () -> collective.sum(floats, 0, floats.length), out);
        }
    }

    private static void measure(
            Collective collective, String carrier, String type, int bytes, Runnable sum, PrintStream out) {
        int rounds = Math.max(30, Math.min(3000, (256 << 20) / bytes));
        long[] nanos = new long[rounds];
        for (int round = -rounds / 2; round < rounds; round++) {
            long start = System.nanoTime();
            sum.run();
            if (round >= 0) {
                nanos[round] = System.nanoTime() - start;
            }
        }
        if (collective.rank() == 0) {
            Arrays.sort(nanos);
            double median = nanos[rounds / 2];
            double travelled = 2.0 * (collective.size() - 1) / collective.size() * bytes;
            out.printf(
                    "%5d  %s  %s  %9d  %10.1f  %10.1f  %5.2f%n",
                    collective.size(), carrier, type, bytes, median / 1000, nanos[0] / 1000.0, travelled / median);
        }
    }

    private static void printMachine() throws IOException {
        Path congestion = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
        System.out.println("cores " + Runtime.getRuntime().availableProcessors() + ", Java "
                + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.version")
                + ", TCP congestion control "
                + (Files.isReadable(congestion) ? Files.readString(congestion).trim() : "unknown"));
    }
}
