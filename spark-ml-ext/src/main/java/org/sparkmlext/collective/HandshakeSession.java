package org.sparkmlext.collective;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** One socket on its way to become a link. Never blocks, reads exactly what the handshake needs. */
final class HandshakeSession {
    private static final String CALLER = "caller";
    private static final String LISTENER = "listener";

    private enum Awaits {
        CONNECTION,
        HELLO,
        ANSWER,
        PROOF,
        NOTHING
    }

    private final Handshake handshake;
    private final SocketChannel channel;
    private final long deadline;
    private ByteBuffer in;
    private ByteBuffer out = ByteBuffer.allocate(0);
    private byte[] callerHello = new byte[0];
    private byte[] listenerHello = new byte[0];
    private Awaits awaits;
    private int peer;

    private HandshakeSession(
            Handshake handshake, SocketChannel channel, Awaits awaits, int inBytes, int peer, long deadline) {
        this.handshake = handshake;
        this.channel = channel;
        this.awaits = awaits;
        this.in = ByteBuffer.allocate(inBytes);
        this.peer = peer;
        this.deadline = deadline;
    }

    /** A socket that called us. */
    static HandshakeSession accepted(Handshake handshake, SocketChannel channel, long deadline) {
        return new HandshakeSession(handshake, channel, Awaits.HELLO, Handshake.HELLO_BYTES, -1, deadline);
    }

    /** A socket with which we call {@code peer}; its connect has been started. */
    static HandshakeSession calling(Handshake handshake, SocketChannel channel, int peer, long deadline) {
        int answer = Handshake.HELLO_BYTES + Handshake.MAC_BYTES;
        return new HandshakeSession(handshake, channel, Awaits.CONNECTION, answer, peer, deadline);
    }

    SocketChannel channel() {
        return channel;
    }

    /** The rank called, or the one a caller proved to be once the session is done; -1 before. */
    int peer() {
        return peer;
    }

    boolean overdue(long now) {
        return now - deadline > 0;
    }

    /**
     * Goes on as far as the socket allows.
     *
     * @return whether both sides have proved themselves
     * @throws IOException if the socket failed or the other side is none of us
     */
    boolean advance() throws IOException {
        if (awaits == Awaits.CONNECTION) {
            if (!channel.finishConnect()) {
                return false;
            }
            callerHello = handshake.hello(peer);
            out = ByteBuffer.wrap(callerHello);
            awaits = Awaits.ANSWER;
        }
        while (true) {
            channel.write(out);
            if (out.hasRemaining()) {
                return false;
            }
            if (awaits == Awaits.NOTHING) {
                return true;
            }
            if (channel.read(in) < 0) {
                throw new EOFException("the other side closed during the handshake");
            }
            if (in.hasRemaining()) {
                return false;
            }
            take(in.array());
        }
    }

    int interest() {
        if (awaits == Awaits.CONNECTION) {
            return SelectionKey.OP_CONNECT;
        }
        return out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    }

    private void take(byte[] bytes) throws ProtocolException {
        switch (awaits) {
            case HELLO -> {
                callerHello = bytes;
                int claimed = handshake.claimedRank(bytes);
                if (claimed < handshake.rank()) {
                    throw new ProtocolException("rank " + claimed + " called, but lower ranks are called");
                }
                listenerHello = handshake.hello(claimed);
                out = ByteBuffer.allocate(Handshake.HELLO_BYTES + Handshake.MAC_BYTES)
                        .put(listenerHello)
                        .put(handshake.mac(LISTENER, callerHello, listenerHello))
                        .flip();
                in = ByteBuffer.allocate(Handshake.MAC_BYTES);
                awaits = Awaits.PROOF;
            }
            case ANSWER -> {
                listenerHello = Arrays.copyOf(bytes, Handshake.HELLO_BYTES);
                if (handshake.claimedRank(listenerHello) != peer) {
                    throw new ProtocolException("another rank than " + peer + " answered");
                }
                byte[] proof = Arrays.copyOfRange(bytes, Handshake.HELLO_BYTES, bytes.length);
                handshake.requireMac(LISTENER, callerHello, listenerHello, proof);
                out = ByteBuffer.wrap(handshake.mac(CALLER, callerHello, listenerHello));
                awaits = Awaits.NOTHING;
            }
            case PROOF -> {
                handshake.requireMac(CALLER, callerHello, listenerHello, bytes);
                peer = handshake.claimedRank(callerHello);
                awaits = Awaits.NOTHING;
            }
            default -> throw new IllegalStateException("nothing is awaited");
        }
    }
}
