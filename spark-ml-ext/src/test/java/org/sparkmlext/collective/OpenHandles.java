package org.sparkmlext.collective;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Sockets, selectors and threads of this JVM. Linux only; elsewhere only threads are seen.
 *
 * @param handles open sockets, selectors and event descriptors
 * @param threads names of live threads
 */
record OpenHandles(int handles, Set<String> threads) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** What is open now, after what the JDK opens once and keeps. */
    static OpenHandles now() throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            client.configureBlocking(false);
            selector.selectNow();
        }
        Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        return new OpenHandles(count(), threads);
    }

    /** What is open now and was not then; empty if nothing. */
    static String leakedSince(OpenHandles before) throws IOException {
        OpenHandles after = now();
        Set<String> threads = new TreeSet<>(after.threads);
        threads.removeAll(before.threads);
        // The JDK's own come and go, the tests' own are on their way out.
        threads.removeIf(name -> name.startsWith("process reaper") || name.startsWith("test-"));
        String leaked = after.handles > before.handles ? (after.handles - before.handles) + " descriptors " : "";
        return leaked + (threads.isEmpty() ? "" : "threads " + threads);
    }

    private static int count() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path one : all) {
                try {
                    String target = Files.readSymbolicLink(one).toString();
                    if (target.startsWith("socket:") || target.startsWith("anon_inode:")) {
                        count++;
                    }
                } catch (NoSuchFileException closedMeanwhile) {
                    continue;
                }
            }
        }
        return count;
    }
}
