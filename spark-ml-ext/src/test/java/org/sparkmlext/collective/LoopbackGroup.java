package org.sparkmlext.collective;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

/** Ranks of one JVM that talk over loopback sockets. */
public final class LoopbackGroup {
    static final byte[] TOKEN = "a token of the test, 32 bytes ok".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private LoopbackGroup() {}

    /** Connected ranks with default options. */
    public static List<TcpCollective> open(int size) throws IOException {
        return open(size, CollectiveOptions.defaults(), 0);
    }

    static List<TcpCollective> open(int size, CollectiveOptions options, long attempt) throws IOException {
        List<TcpListener> listeners = listen(size, options);
        List<FutureTask<TcpCollective>> futures = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            futures.add(connecting(listeners.get(rank), rank, addresses(listeners), TOKEN, attempt));
        }
        List<TcpCollective> ranks = new ArrayList<>();
        for (FutureTask<TcpCollective> future : futures) {
            ranks.add(RankThreads.result(future));
        }
        return ranks;
    }

    static List<TcpListener> listen(int size, CollectiveOptions options) throws IOException {
        List<TcpListener> listeners = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            listeners.add(TcpListener.bind(InetAddress.getLoopbackAddress(), options));
        }
        return listeners;
    }

    static List<InetSocketAddress> addresses(List<TcpListener> listeners) {
        return listeners.stream().map(TcpListener::address).toList();
    }

    static FutureTask<TcpCollective> connecting(
            TcpListener listener, int rank, List<InetSocketAddress> peers, byte[] token, long attempt) {
        FutureTask<TcpCollective> future = new FutureTask<>(() -> listener.connect(rank, peers, token, attempt));
        Thread thread = new Thread(future, "test-connect-" + rank);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    static float[] documentedSum(float[][] byRank, CollectiveOptions options) {
        long bytes = (long) byRank[0].length * Float.BYTES;
        return byRank.length == 1 || bytes <= options.directMaxBytes()
                ? SerialSums.byRank(byRank)
                : SerialSums.byRing(byRank);
    }
}
