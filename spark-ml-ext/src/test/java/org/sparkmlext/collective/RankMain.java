package org.sparkmlext.collective;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * One rank as a process of its own, told on standard input what to do: {@code bind}, {@code connect ATTEMPT PORT...},
 * {@code sum LENGTH}, {@code loop LENGTH} (until it fails), {@code close}. One line is answered to each.
 */
public final class RankMain {
    private static final int ONLY_TCP = 2;

    private final int rank;
    private final CollectiveOptions options;
    private TcpListener listener;
    private Collective collective;

    private RankMain(int rank, CollectiveOptions options) {
        this.rank = rank;
        this.options = options;
    }

    public static void main(String[] args) throws IOException {
        Duration patience = Duration.ofMillis(Long.parseLong(args[1]));
        int rank = Integer.parseInt(args[0]);
        // One rank among them has but TCP, as one in a container of its own would.
        RankMain main = new RankMain(
                rank,
                CollectiveOptions.defaults()
                        .withTimeouts(Duration.ofSeconds(60), patience, patience)
                        .withLocalSockets(rank != ONLY_TCP));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        OpenHandles before = OpenHandles.now();
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String answer = main.obey(order.split(" "));
            answers.println(answer.replace('\n', ' ') + "|" + (main.idle() ? OpenHandles.leakedSince(before) : ""));
        }
    }

    private boolean idle() {
        return listener == null && collective == null;
    }

    private String obey(String[] order) throws IOException {
        try {
            return switch (order[0]) {
                case "bind" -> bind();
                case "connect" -> connect(order);
                case "sum" -> "sum " + sum(Integer.parseInt(order[1]));
                case "loop" -> loop(Integer.parseInt(order[1]));
                case "close" -> {
                    collective.close();
                    collective = null;
                    yield "closed";
                }
                default -> "unknown order " + order[0];
            };
        } catch (CollectiveException failed) {
            if (collective != null) {
                collective.close();
                collective = null;
            }
            return "failed " + failed.culprit() + " " + failed.getMessage();
        }
    }

    private String bind() throws IOException {
        listener = TcpListener.bind(InetAddress.getLoopbackAddress(), options);
        return "bound " + listener.address().getPort();
    }

    private String connect(String[] order) {
        List<InetSocketAddress> peers = new ArrayList<>();
        for (int i = 2; i < order.length; i++) {
            peers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(order[i])));
        }
        TcpListener once = listener;
        listener = null;
        collective = once.connect(rank, peers, LoopbackGroup.TOKEN, Long.parseLong(order[1]));
        return "connected " + ((TcpCollective) collective).rejectedHandshakes();
    }

    /** Endless sums, so that whatever happens happens in one. */
    private String loop(int length) {
        long[] values = new long[length];
        while (true) {
            collective.sum(values, 0, length);
        }
    }

    private String sum(int length) {
        long[] longs = values(rank, length);
        float[] floats = floats(rank, length);
        collective.sum(longs, 0, length);
        collective.sum(floats, 0, length);
        return fingerprint(longs, floats);
    }

    static long[] values(int rank, int length) {
        return new Random(rank).longs(length).toArray();
    }

    static float[] floats(int rank, int length) {
        return RankValues.randomFloats(new Random(rank), 1, length)[0];
    }

    static String fingerprint(long[] longs, float[] floats) {
        CRC32C sum = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate(longs.length * 8 + floats.length * 4);
        bytes.asLongBuffer().put(longs);
        bytes.position(longs.length * 8);
        bytes.asFloatBuffer().put(floats);
        sum.update(bytes.rewind());
        return Long.toHexString(sum.getValue());
    }
}
