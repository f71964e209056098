package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** The contract through sockets in the file system, and TCP wherever these do not work. */
class LocalSocketTest extends CollectiveContract {
    private static final CollectiveOptions OPTIONS = CollectiveOptions.defaults();

    @Override
    protected List<? extends Collective> open(int size, CollectiveOptions options) {
        try {
            List<TcpCollective> ranks = LoopbackGroup.open(size, options.withLocalSockets(true), 1);
            assertThat(ranks).allMatch(rank -> rank.localLinks() == size - 1);
            return ranks;
        } catch (IOException failed) {
            throw new AssertionError("no group", failed);
        }
    }

    @Override
    protected float[] documentedSum(float[][] byRank, CollectiveOptions options) {
        return LoopbackGroup.documentedSum(byRank, options);
    }

    private static List<TcpCollective> connected(List<TcpListener> listeners) {
        List<FutureTask<TcpCollective>> futures = new ArrayList<>();
        for (int rank = 0; rank < listeners.size(); rank++) {
            List<InetSocketAddress> all = LoopbackGroup.addresses(listeners);
            futures.add(LoopbackGroup.connecting(listeners.get(rank), rank, all, LoopbackGroup.TOKEN, 1));
        }
        return futures.stream().map(RankThreads::result).toList();
    }

    private static void checkAndClose(List<TcpCollective> ranks, Integer... localLinks) throws Exception {
        assertThat(ranks).extracting(TcpCollective::localLinks).containsExactly(localLinks);
        RankThreads.run(ranks, rank -> {
            long[] ones = {1, 1, 1};
            rank.sum(ones, 0, 3);
            assertThat(ones).containsOnly(ranks.size());
            return true;
        });
        CollectiveContract.closeAll(ranks);
    }

    private static Path file(TcpListener listener) {
        String name = "spark-ml-ext-7f000001-" + listener.address().getPort() + ".sock";
        return Path.of("/tmp").resolve(name);
    }

    @Test
    void aRankWithoutOneIsReachedByTcp() throws Exception {
        List<TcpListener> listeners = new ArrayList<>();
        for (boolean local : new boolean[] {true, false, true}) {
            listeners.add(TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS.withLocalSockets(local)));
        }
        checkAndClose(connected(listeners), 1, 0, 1);
    }

    @Test
    void theFileIsGoneOnceAllAreIn() throws Exception {
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS);
        assertThat(listeners).allMatch(listener -> Files.exists(file(listener)));
        List<TcpCollective> ranks = connected(listeners);
        assertThat(listeners).noneMatch(listener -> Files.exists(file(listener)));
        checkAndClose(ranks, 1, 1);
    }

    @Test
    void aFileThatAKilledProcessLeftIsReplaced() throws Exception {
        TcpListener first = TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS.withLocalSockets(false));
        Files.writeString(file(first), "left behind");
        int port = first.address().getPort();
        first.close();
        TcpListener again = TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS.withPorts(port, 0));
        TcpListener other = TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS);
        checkAndClose(connected(List.of(again, other)), 1, 1);
    }

    @Test
    void aFileThatIsNoSocketIsPassedOver() throws Exception {
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS);
        Files.delete(file(listeners.get(0)));
        Files.writeString(file(listeners.get(0)), "no socket");
        checkAndClose(connected(listeners), 0, 0);
    }

    /** Another program took the name and says nothing: the handshake has its time, then TCP has its turn. */
    @Test
    void aSilentSocketUnderTheNameCostsTheHandshakesTime() throws Exception {
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS.withHandshakeTimeout(Duration.ofMillis(300)));
        Path taken = file(listeners.get(0));
        Files.delete(taken);
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(taken));
            checkAndClose(connected(listeners), 0, 0);
        }
    }

    @Test
    void aStrangerAtTheSecondDoorIsTurnedAwayToo() throws Exception {
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS);
        FutureTask<TcpCollective> zero = LoopbackGroup.connecting(
                listeners.get(0), 0, LoopbackGroup.addresses(listeners), LoopbackGroup.TOKEN, 1);
        try (SocketChannel stranger = SocketChannel.open(UnixDomainSocketAddress.of(file(listeners.get(0))))) {
            stranger.write(ByteBuffer.wrap(new byte[40]));
            assertThat(stranger.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        FutureTask<TcpCollective> one = LoopbackGroup.connecting(
                listeners.get(1), 1, LoopbackGroup.addresses(listeners), LoopbackGroup.TOKEN, 1);
        List<TcpCollective> ranks = List.of(RankThreads.result(zero), RankThreads.result(one));
        assertThat(ranks.get(0).rejectedHandshakes()).isEqualTo(1);
        checkAndClose(ranks, 1, 1);
    }
}
