package org.sparkmlext.collective;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What two ranks say to each other before anything else; both know a secret token, and neither sends it.
 *
 * <pre>
 * caller -> listener   hello(caller)                                  40 bytes
 * listener -> caller   hello(listener), mac("listener", both hellos)  72 bytes
 * caller -> listener   mac("caller", both hellos)                     32 bytes
 * hello: magic u32, version u32, group u64, from u32, to u32, nonce 16 bytes; mac: HMAC-SHA256 keyed with the token
 * </pre>
 *
 * <p>The group id is the beginning of the token's MAC over attempt and size, so that a rank of another job, an earlier
 * attempt or a gang of another size is turned away. Fixed sizes: nothing that arrives decides how much is read.
 */
final class Handshake {
    static final int HELLO_BYTES = 40;
    static final int MAC_BYTES = 32;
    static final int MIN_TOKEN_BYTES = 16;

    private static final int MAGIC = 0x484C4D53;
    private static final int VERSION = 1;
    private static final int NONCE_BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();
    private final long group;
    private final int rank;
    private final int size;

    Handshake(byte[] token, long attempt, int rank, int size) {
        if (token.length < MIN_TOKEN_BYTES) {
            throw new IllegalArgumentException("The collective's token has " + token.length + " bytes, needed: "
                    + MIN_TOKEN_BYTES + " or more random ones");
        }
        this.key = new SecretKeySpec(token, ALGORITHM);
        this.rank = rank;
        this.size = size;
        byte[] material = ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(attempt)
                .putInt(size)
                .array();
        this.group = ByteBuffer.wrap(mac("group", material, new byte[0])).getLong();
    }

    /** In every frame: tells this job, attempt and size from any other. */
    long group() {
        return group;
    }

    /** This side's rank. */
    int rank() {
        return rank;
    }

    byte[] hello(int to) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return ByteBuffer.allocate(HELLO_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putLong(group)
                .putInt(rank)
                .putInt(to)
                .put(nonce)
                .array();
    }

    /** Checks what can be checked without the MAC and returns the rank that the hello claims to be from. */
    int claimedRank(byte[] hello) throws ProtocolException {
        ByteBuffer in = ByteBuffer.wrap(hello);
        if (in.getInt() != MAGIC || in.getInt() != VERSION) {
            throw new ProtocolException("not a hello of this version");
        }
        if (in.getLong() != group) {
            throw new ProtocolException("a hello of another job or attempt");
        }
        int from = in.getInt();
        int to = in.getInt();
        if (from < 0 || from >= size || from == rank || to != rank) {
            throw new ProtocolException("a hello from rank " + from + " to rank " + to + " came to rank " + rank);
        }
        return from;
    }

    byte[] mac(String role, byte[] callerHello, byte[] listenerHello) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(("spark-ml-ext collective " + role + '\0').getBytes(StandardCharsets.US_ASCII));
            mac.update(callerHello);
            return mac.doFinal(listenerHello);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("This Java runtime has no " + ALGORITHM, missing);
        }
    }

    /** In constant time. */
    void requireMac(String role, byte[] callerHello, byte[] listenerHello, byte[] claimed) throws ProtocolException {
        if (!MessageDigest.isEqual(mac(role, callerHello, listenerHello), claimed)) {
            throw new ProtocolException("a wrong MAC: the other side does not know the token");
        }
    }
}
