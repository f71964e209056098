package org.sparkmlext.collective;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A listener's second door, a socket in the file system: ranks of the same host call it first, since it costs the kernel less than TCP
 * over loopback does. Its file is named after the listener's address, so that no one has to be told of it, and is gone with it.
 *
 * <p>Best effort: another file system (a container of its own), no right to write, an old system, and there is TCP. Who may call
 * is checked as over TCP, by the handshake; and only a socket of the same user is called.
 */
final class LocalSocket implements AutoCloseable {
    /** Containers of one host that have temporary folders of their own often share this one. */
    private static final Path SHARED = Path.of("/tmp");

    private final ServerSocketChannel server;
    private final Path file;
    private final UserPrincipal owner;

    private LocalSocket(ServerSocketChannel server, Path file, UserPrincipal owner) {
        this.server = server;
        this.file = file;
        this.owner = owner;
    }

    /** Listens beside a socket that has the address; null where that cannot be done. */
    static @Nullable LocalSocket beside(InetSocketAddress address, int backlog) {
        Path file = file(address);
        ServerSocketChannel server = null;
        try {
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.configureBlocking(false);
            // Only this process has the address: a file of this name was left by one that was killed.
            Files.deleteIfExists(file);
            server.bind(UnixDomainSocketAddress.of(file), backlog);
            return new LocalSocket(server, file, Files.getOwner(file, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException impossible) {
            closeQuietly(server);
            return null;
        }
    }

    private static void closeQuietly(@Nullable ServerSocketChannel server) {
        try {
            if (server != null) {
                server.close();
            }
        } catch (IOException nothingLost) {
            // It was never of use to anybody, and TCP is there.
            return;
        }
    }

    private static Path file(InetSocketAddress address) {
        Path folder = Files.isWritable(SHARED) ? SHARED : Path.of(System.getProperty("java.io.tmpdir"));
        String host = HexFormat.of().formatHex(address.getAddress().getAddress());
        return folder.resolve("spark-ml-ext-" + host + "-" + address.getPort() + ".sock");
    }

    ServerSocketChannel server() {
        return server;
    }

    /** The door of another rank of this host; null if there is none that this user opened. */
    @Nullable
    UnixDomainSocketAddress of(InetSocketAddress peer) {
        if (peer.isUnresolved()) {
            return null;
        }
        Path other = file(peer);
        try {
            return Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(owner)
                    ? UnixDomainSocketAddress.of(other)
                    : null;
        } catch (IOException absent) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            server.close();
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
