package org.sparkmlext.collective;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * How a collective connects, waits and exchanges. Ports, sizes and schedules must be the same on all ranks; start from
 * {@link #defaults()}.
 *
 * @param port first port a listener tries; 0 takes any free one
 * @param portMaxRetries how many following ports are tried when one is taken, so that a firewall can open a range
 * @param connectTimeout all ranks are connected after at most this long
 * @param handshakeTimeout an accepted socket that has not proved itself by then is closed
 * @param opTimeout longest wait for a rank that has not begun the operation; it may still be computing
 * @param stallTimeout longest silence of a rank that has begun the operation
 * @param keepAliveIdle silence after which TCP asks whether the other machine still stands; at least a second
 * @param keepAliveInterval time between two such questions; at least a second
 * @param keepAliveProbes unanswered questions after which the connection is dead
 * @param directMaxBytes operations of up to this many bytes go directly between all ranks, larger ones round the ring
 * @param chunkBytes largest payload of a frame, a multiple of 8 and at least {@code directMaxBytes}
 * @param localSockets whether ranks of one host talk through sockets in the file system, which cost less than TCP; where that fails
 *     they use TCP. Ranks may differ in this
 * @param cancelled polled about ten times a second while waiting; true, or an exception, aborts the collective
 */
public record CollectiveOptions(
        int port,
        int portMaxRetries,
        Duration connectTimeout,
        Duration handshakeTimeout,
        Duration opTimeout,
        Duration stallTimeout,
        Duration keepAliveIdle,
        Duration keepAliveInterval,
        int keepAliveProbes,
        int directMaxBytes,
        int chunkBytes,
        boolean localSockets,
        BooleanSupplier cancelled) {

    private static final int HIGHEST_PORT = 65_535;
    private static final int LARGEST_CHUNK = 1 << 26;

    public CollectiveOptions {
        require(port >= 0 && port <= HIGHEST_PORT, "port", port, "0 (any) to 65535");
        require(portMaxRetries >= 0, "portMaxRetries", portMaxRetries, "0 or more");
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("handshakeTimeout", handshakeTimeout);
        requirePositive("opTimeout", opTimeout);
        requirePositive("stallTimeout", stallTimeout);
        require(keepAliveIdle.toSeconds() >= 1, "keepAliveIdle", keepAliveIdle, "1 s or more");
        require(keepAliveInterval.toSeconds() >= 1, "keepAliveInterval", keepAliveInterval, "1 s or more");
        require(keepAliveProbes >= 1, "keepAliveProbes", keepAliveProbes, "1 or more");
        require(
                chunkBytes >= Long.BYTES && chunkBytes <= LARGEST_CHUNK && chunkBytes % Long.BYTES == 0,
                "chunkBytes",
                chunkBytes,
                "a multiple of 8 up to 64 MiB");
        require(
                directMaxBytes >= 0 && directMaxBytes <= chunkBytes,
                "directMaxBytes",
                directMaxBytes,
                "0 to chunkBytes = " + chunkBytes);
    }

    /** The defaults of the documentation: 30 s to connect, 600 s an operation, 30 s of silence, 64 KiB direct. */
    public static CollectiveOptions defaults() {
        return new CollectiveOptions(
                0,
                16,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(600),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                3,
                64 << 10,
                256 << 10,
                true,
                () -> false);
    }

    /** The same with another port range. */
    public CollectiveOptions withPorts(int first, int maxRetries) {
        return changed(draft -> {
            draft.port = first;
            draft.portMaxRetries = maxRetries;
        });
    }

    /** The same with other deadlines. */
    public CollectiveOptions withTimeouts(Duration connect, Duration operation, Duration stall) {
        return changed(draft -> {
            draft.connectTimeout = connect;
            draft.opTimeout = operation;
            draft.stallTimeout = stall;
        });
    }

    /** The same with another time for an accepted socket to prove itself. */
    public CollectiveOptions withHandshakeTimeout(Duration limit) {
        return changed(draft -> draft.handshakeTimeout = limit);
    }

    /** The same with other sizes; all ranks need the same ones. */
    public CollectiveOptions withSizes(int largestDirect, int chunk) {
        return changed(draft -> {
            draft.directMaxBytes = largestDirect;
            draft.chunkBytes = chunk;
        });
    }

    /** The same with or without sockets in the file system. */
    public CollectiveOptions withLocalSockets(boolean allowed) {
        return changed(draft -> draft.localSockets = allowed);
    }

    /** The same with another question "is the owner cancelled?". */
    public CollectiveOptions withCancelled(BooleanSupplier question) {
        return changed(draft -> draft.cancelled = question);
    }

    /** The values of a copy, until all are there. */
    private static final class Draft {
        private int port;
        private int portMaxRetries;
        private Duration connectTimeout;
        private Duration handshakeTimeout;
        private Duration opTimeout;
        private Duration stallTimeout;
        private Duration keepAliveIdle;
        private Duration keepAliveInterval;
        private int keepAliveProbes;
        private int directMaxBytes;
        private int chunkBytes;
        private boolean localSockets;
        private BooleanSupplier cancelled;

        private Draft(CollectiveOptions from) {
            port = from.port;
            portMaxRetries = from.portMaxRetries;
            connectTimeout = from.connectTimeout;
            handshakeTimeout = from.handshakeTimeout;
            opTimeout = from.opTimeout;
            stallTimeout = from.stallTimeout;
            keepAliveIdle = from.keepAliveIdle;
            keepAliveInterval = from.keepAliveInterval;
            keepAliveProbes = from.keepAliveProbes;
            directMaxBytes = from.directMaxBytes;
            chunkBytes = from.chunkBytes;
            localSockets = from.localSockets;
            cancelled = from.cancelled;
        }
    }

    private CollectiveOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new CollectiveOptions(
                draft.port,
                draft.portMaxRetries,
                draft.connectTimeout,
                draft.handshakeTimeout,
                draft.opTimeout,
                draft.stallTimeout,
                draft.keepAliveIdle,
                draft.keepAliveInterval,
                draft.keepAliveProbes,
                draft.directMaxBytes,
                draft.chunkBytes,
                draft.localSockets,
                draft.cancelled);
    }

    private static void requirePositive(String name, Duration value) {
        require(value.toMillis() > 0, name, value, "1 ms or more");
    }

    private static void require(boolean holds, String name, Object got, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException("Collective option " + name + " is " + got + ", allowed: " + allowed);
        }
    }
}
