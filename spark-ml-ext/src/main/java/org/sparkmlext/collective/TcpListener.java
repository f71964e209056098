package org.sparkmlext.collective;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first half of opening a {@link TcpCollective}: an address that the other ranks can be told. Close it if
 * {@link #connect} is never called; afterwards it is closed already.
 */
public final class TcpListener implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final ServerSocketChannel server;
    private final InetSocketAddress address;
    private final @Nullable LocalSocket local;
    private final CollectiveOptions options;

    private TcpListener(ServerSocketChannel server, CollectiveOptions options) throws IOException {
        this.server = server;
        this.address = (InetSocketAddress) server.getLocalAddress();
        this.options = options;
        this.local = options.localSockets() ? LocalSocket.beside(address, BACKLOG) : null;
    }

    /**
     * Listens on one address of this host.
     *
     * @param host the address under which the other ranks reach this one; not a wildcard
     * @throws IOException if no port of the range is free or the address is not this host's
     */
    public static TcpListener bind(InetAddress host, CollectiveOptions options) throws IOException {
        if (host.isAnyLocalAddress()) {
            throw new IllegalArgumentException("The collective was to listen on " + host
                    + ", which other ranks cannot call; give the address of this executor");
        }
        int tries = options.port() == 0 ? 0 : options.portMaxRetries();
        BindException last = new BindException();
        for (int retry = 0; retry <= tries && options.port() + retry <= 65_535; retry++) {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                server.configureBlocking(false);
                server.bind(new InetSocketAddress(host, options.port() + retry), BACKLOG);
                return new TcpListener(server, options);
            } catch (BindException taken) {
                last = taken;
                server.close();
            } catch (IOException | RuntimeException failed) {
                server.close();
                throw failed;
            }
        }
        BindException all = new BindException("The collective cannot listen on " + host + ", ports " + options.port()
                + " to " + (options.port() + tries) + ": " + last.getMessage()
                + "; free one of them, or set another port or more portMaxRetries");
        all.initCause(last);
        throw all;
    }

    /** Where the other ranks find this one. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Connects with all other ranks, each of which calls this with the same peers, token and attempt. Blocks until every
     * connection of this rank stands; then nobody listens any more.
     *
     * @param rank this rank
     * @param peers the address of each rank, this one's too, by rank
     * @param token a secret of this job, 16 random bytes or more
     * @param attempt tells this attempt from earlier ones of the same job, whose sockets are turned away
     * @throws CollectiveException if that takes longer than {@link CollectiveOptions#connectTimeout}; it names a rank that
     *     could not be reached or did not call
     */
    public TcpCollective connect(int rank, List<InetSocketAddress> peers, byte[] token, long attempt) {
        if (rank < 0 || rank >= peers.size()) {
            throw new IllegalArgumentException(
                    "This is rank " + rank + " of " + peers.size() + ", allowed: 0 to " + (peers.size() - 1));
        }
        try (this) {
            Handshake handshake = new Handshake(token, attempt, rank, peers.size());
            return new LinkOpener(server, local, rank, peers, handshake, options).open();
        } catch (IOException failed) {
            throw new CollectiveException(rank, "Rank " + rank + " could not use its sockets: " + failed, failed);
        }
    }

    /** Stops listening; ends a {@link #connect} that is under way. */
    @Override
    public void close() throws IOException {
        try {
            if (local != null) {
                local.close();
            }
        } finally {
            server.close();
        }
    }
}
