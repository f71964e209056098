package org.sparkmlext.collective;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Calls the ranks below, is called by the ranks above, and turns everybody else away. One use. */
final class LinkOpener {
    /** Accepted sockets that have not proved themselves; beyond it the oldest is turned away. */
    static final int MAX_STRANGERS = 64;

    private static final long POLL_MILLIS = 100;
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServerSocketChannel server;
    private final @Nullable LocalSocket local;
    private final int rank;
    private final List<InetSocketAddress> peers;
    private final Handshake handshake;
    private final CollectiveOptions options;
    private final @Nullable SocketChannel[] connected;
    private final @Nullable HandshakeSession[] calls;
    private final long[] nextCall;
    private final long[] retryNanos;
    private final String[] lastTrouble;
    /** Ranks that were called through the file system: once. */
    private final boolean[] calledLocally;

    private final ArrayDeque<HandshakeSession> strangers = new ArrayDeque<>();
    private long rejected;

    LinkOpener(
            ServerSocketChannel server,
            @Nullable LocalSocket local,
            int rank,
            List<InetSocketAddress> peers,
            Handshake handshake,
            CollectiveOptions options) {
        int size = peers.size();
        this.server = server;
        this.local = local;
        this.rank = rank;
        this.peers = List.copyOf(peers);
        this.handshake = handshake;
        this.options = options;
        connected = new @Nullable SocketChannel[size];
        calls = new @Nullable HandshakeSession[size];
        nextCall = new long[size];
        retryNanos = new long[size];
        lastTrouble = new String[size];
        calledLocally = new boolean[size];
    }

    TcpCollective open() throws IOException {
        Selector selector = Selector.open();
        boolean opened = false;
        try {
            Failure failure = connectAll(selector);
            closeStrangers();
            server.close();
            selector.close();
            selector = Selector.open();
            TcpCollective collective = new TcpCollective(mesh(selector), selector, options, rejected, localLinks());
            opened = true;
            if (failure != null) {
                // Those who are connected already learn who is at fault.
                collective.fail(failure);
                throw failure.toException(rank, peers.size());
            }
            return collective;
        } finally {
            if (!opened) {
                closeStrangers();
                for (SocketChannel channel : connected) {
                    close(channel);
                }
                selector.close();
            }
        }
    }

    private @Nullable Failure connectAll(Selector selector) throws IOException {
        long begun = System.nanoTime();
        server.register(selector, SelectionKey.OP_ACCEPT);
        if (local != null) {
            local.server().register(selector, SelectionKey.OP_ACCEPT);
        }
        for (int peer = 0; peer < rank; peer++) {
            nextCall[peer] = begun;
            retryNanos[peer] = FIRST_RETRY_NANOS;
            lastTrouble[peer] = "no answer yet";
        }
        while (missing() >= 0) {
            long now = System.nanoTime();
            if (now - begun > options.connectTimeout().toNanos()) {
                return notConnected(missing());
            }
            callDue(selector, now);
            selector.select(key -> ready(selector, key), nextWaitMillis(now));
            if (!server.isOpen()) {
                return new Failure(rank, "its listener was closed while it connected", null);
            }
            if (Thread.currentThread().isInterrupted()) {
                return Failure.interrupted(rank);
            }
            try {
                if (options.cancelled().getAsBoolean()) {
                    return Failure.of(rank, new CancellationException("its owner was cancelled while it connected"));
                }
            } catch (RuntimeException thrown) {
                return Failure.of(rank, thrown);
            }
            turnAwayOverdue();
        }
        return null;
    }

    private int missing() {
        for (int peer = 0; peer < connected.length; peer++) {
            if (peer != rank && connected[peer] == null) {
                return peer;
            }
        }
        return -1;
    }

    private Failure notConnected(int peer) {
        String limit = " within connectTimeout = " + options.connectTimeout().toMillis() + " ms";
        String reason = peer < rank
                ? "it could not be reached at " + peers.get(peer) + limit + " (" + lastTrouble[peer]
                        + "); check that this host may call that port, and that token and attempt are the same"
                : "it did not call " + peers.get(rank) + limit + " (" + rejected
                        + " other sockets were turned away); check that its host may call that port";
        return new Failure(peer, reason, null);
    }

    private long nextWaitMillis(long now) {
        long wait = TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS);
        for (int peer = 0; peer < rank; peer++) {
            if (connected[peer] == null && calls[peer] == null) {
                wait = Math.min(wait, nextCall[peer] - now);
            }
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait));
    }

    private void callDue(Selector selector, long now) throws IOException {
        for (int peer = 0; peer < rank; peer++) {
            if (connected[peer] != null || calls[peer] != null || now - nextCall[peer] < 0) {
                continue;
            }
            nextCall[peer] = now + retryNanos[peer];
            retryNanos[peer] = Math.min(LONGEST_RETRY_NANOS, 2 * retryNanos[peer]);
            SocketAddress door = door(peer);
            boolean isLocal = door instanceof UnixDomainSocketAddress;
            if (isLocal) {
                // Should it fail, TCP is next, without delay.
                nextCall[peer] = now;
            }
            SocketChannel channel = isLocal ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
            long patience = isLocal ? options.handshakeTimeout().toNanos() : Long.MAX_VALUE / 2;
            HandshakeSession session = HandshakeSession.calling(handshake, channel, peer, patience + now);
            calls[peer] = session;
            try {
                prepare(channel);
                channel.connect(door);
                advance(session, channel.register(selector, SelectionKey.OP_CONNECT, session));
            } catch (IOException | RuntimeException failed) {
                dismiss(session, failed);
            }
        }
    }

    private SocketAddress door(int peer) {
        InetSocketAddress known = peers.get(peer);
        if (local != null && !calledLocally[peer]) {
            calledLocally[peer] = true;
            UnixDomainSocketAddress near = isNear(known) ? local.of(known) : null;
            if (near != null) {
                return near;
            }
        }
        // An address that did not resolve a moment ago may do so now.
        return new InetSocketAddress(known.getHostString(), known.getPort());
    }

    private boolean isNear(InetSocketAddress peer) {
        return !peer.isUnresolved() && peer.getAddress().equals(peers.get(rank).getAddress());
    }

    private void ready(Selector selector, SelectionKey key) {
        if (key.attachment() instanceof HandshakeSession session) {
            if (key.isValid()) {
                advance(session, key);
            }
            return;
        }
        try {
            SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
            if (channel == null) {
                return;
            }
            HandshakeSession session = HandshakeSession.accepted(
                    handshake,
                    channel,
                    System.nanoTime() + options.handshakeTimeout().toNanos());
            if (strangers.size() >= MAX_STRANGERS) {
                dismiss(strangers.element(), new IOException("too many strangers"));
            }
            strangers.add(session);
            try {
                prepare(channel);
                advance(session, channel.register(selector, SelectionKey.OP_READ, session));
            } catch (IOException failed) {
                dismiss(session, failed);
            }
        } catch (IOException failed) {
            // Too many open files, for one: those connected and those who call again may still make it.
            rejected++;
        }
    }

    private void advance(HandshakeSession session, SelectionKey key) {
        try {
            if (!session.advance()) {
                key.interestOps(session.interest());
                return;
            }
        } catch (IOException | RuntimeException failed) {
            dismiss(session, failed);
            return;
        }
        key.cancel();
        int peer = session.peer();
        strangers.remove(session);
        if (peer < rank) {
            calls[peer] = null;
        }
        // A rank that called again has given its first call up.
        close(connected[peer]);
        connected[peer] = session.channel();
    }

    private void turnAwayOverdue() {
        long now = System.nanoTime();
        for (HandshakeSession session = strangers.peek();
                session != null && session.overdue(now);
                session = strangers.peek()) {
            dismiss(session, new IOException("too slow"));
        }
        for (int peer = 0; peer < rank; peer++) {
            HandshakeSession call = calls[peer];
            if (call != null && call.overdue(now)) {
                dismiss(call, new IOException("no answer through the file system"));
            }
        }
    }

    /** Silently: a stranger learns nothing. */
    private void dismiss(HandshakeSession session, Exception why) {
        if (strangers.remove(session)) {
            rejected++;
        } else {
            calls[session.peer()] = null;
            lastTrouble[session.peer()] = String.valueOf(why);
        }
        close(session.channel());
    }

    private void closeStrangers() {
        for (HandshakeSession session : strangers) {
            rejected++;
            close(session.channel());
        }
        strangers.clear();
        for (int peer = 0; peer < rank; peer++) {
            HandshakeSession call = calls[peer];
            calls[peer] = null;
            if (call != null) {
                close(call.channel());
            }
        }
    }

    private int localLinks() throws IOException {
        int count = 0;
        for (SocketChannel channel : connected) {
            if (channel != null && channel.getLocalAddress() instanceof UnixDomainSocketAddress) {
                count++;
            }
        }
        return count;
    }

    private Mesh mesh(Selector selector) throws IOException {
        List<PeerLink> links = new ArrayList<>();
        for (int peer = 0; peer < connected.length; peer++) {
            SocketChannel channel = connected[peer];
            if (channel != null) {
                links.add(new PeerLink(peer, rank, handshake.group(), channel, selector));
            }
        }
        return new Mesh(rank, peers.size(), links, options.chunkBytes());
    }

    private void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        setIfSupported(channel, StandardSocketOptions.TCP_NODELAY, true);
        setIfSupported(channel, StandardSocketOptions.SO_KEEPALIVE, true);
        setIfSupported(channel, ExtendedSocketOptions.TCP_KEEPIDLE, (int)
                options.keepAliveIdle().toSeconds());
        setIfSupported(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, (int)
                options.keepAliveInterval().toSeconds());
        setIfSupported(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, options.keepAliveProbes());
    }

    private static <T> void setIfSupported(SocketChannel channel, SocketOption<T> option, T value) throws IOException {
        if (channel.supportedOptions().contains(option)) {
            channel.setOption(option, value);
        }
    }

    private static void close(@Nullable SocketChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("A socket could not be closed", failed);
        }
    }
}
