package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets in, who is turned away, and what a rank says that waits in vain. */
@Timeout(120)
class TcpListenerTest {
    private static final CollectiveOptions OPTIONS = CollectiveOptions.defaults();
    private static final byte[] TOKEN = LoopbackGroup.TOKEN;

    @Test
    void strangersAreTurnedAwaySilentlyAndCounted() throws Exception {
        byte[] garbage = new byte[5000];
        new Random(1).nextBytes(garbage);
        byte[] request = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS);
        FutureTask<TcpCollective> zero = connect(listeners, 0, TOKEN, 5);
        for (byte[] sent : List.of(garbage, request, new byte[40])) {
            try (Socket stranger = call(listeners.get(0))) {
                stranger.getOutputStream().write(sent);
                assertThat(readsNothing(stranger)).isTrue();
            }
        }
        FutureTask<TcpCollective> one = connect(listeners, 1, TOKEN, 5);
        TcpCollective first = RankThreads.result(zero);
        TcpCollective second = RankThreads.result(one);
        RankThreads.run(List.of(first, second), LargeAndSmall::check);
        assertThat(first.rejectedHandshakes()).isEqualTo(3);
        assertThat(second.rejectedHandshakes()).isZero();
        assertThatThrownBy(() -> call(listeners.get(0)).close())
                .as("nobody listens once all are in")
                .isInstanceOf(IOException.class);
        CollectiveContract.closeAll(List.of(first, second));
    }

    @Test
    void aWrongTokenAndAStaleAttemptNeverGetIn() throws Exception {
        CollectiveOptions hasty =
                OPTIONS.withTimeouts(Duration.ofMillis(600), OPTIONS.opTimeout(), OPTIONS.stallTimeout());
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS);
        FutureTask<TcpCollective> zero = connect(listeners, 0, TOKEN, 5);
        byte[] wrong = TOKEN.clone();
        wrong[3]++;
        for (boolean stale : new boolean[] {true, false}) {
            TcpListener intruder = TcpListener.bind(InetAddress.getLoopbackAddress(), hasty);
            List<InetSocketAddress> peers = LoopbackGroup.addresses(listeners);
            FutureTask<TcpCollective> attempt =
                    LoopbackGroup.connecting(intruder, 1, peers, stale ? TOKEN : wrong, stale ? 4 : 5);
            Throwable thrown = RankThreads.failure(attempt);
            RankThreads.assertCulprit(List.of(thrown), 0, "could not be reached", "600 ms", "token and attempt");
        }
        FutureTask<TcpCollective> one = connect(listeners, 1, TOKEN, 5);
        TcpCollective first = RankThreads.result(zero);
        TcpCollective second = RankThreads.result(one);
        RankThreads.run(List.of(first, second), LargeAndSmall::check);
        assertThat(first.rejectedHandshakes()).isGreaterThanOrEqualTo(2);
        CollectiveContract.closeAll(List.of(first, second));
    }

    /** Knows the group id, which is no secret on the wire, but not the token. */
    @Test
    void aForgedMacIsRefusedAfterAGoodHello() throws Exception {
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS);
        FutureTask<TcpCollective> zero = connect(listeners, 0, TOKEN, 5);
        Handshake real = new Handshake(TOKEN, 5, 1, 2);
        try (Socket forger = call(listeners.get(0))) {
            forger.getOutputStream().write(real.hello(0));
            byte[] answer = forger.getInputStream().readNBytes(Handshake.HELLO_BYTES + Handshake.MAC_BYTES);
            assertThat(answer).hasSize(Handshake.HELLO_BYTES + Handshake.MAC_BYTES);
            // Its own MAC sent back must not do.
            forger.getOutputStream().write(answer, Handshake.HELLO_BYTES, Handshake.MAC_BYTES);
            assertThat(readsNothing(forger)).isTrue();
        }
        FutureTask<TcpCollective> one = connect(listeners, 1, TOKEN, 5);
        List<TcpCollective> ranks = List.of(RankThreads.result(zero), RankThreads.result(one));
        assertThat(ranks.get(0).rejectedHandshakes()).isEqualTo(1);
        CollectiveContract.closeAll(ranks);
    }

    @Test
    void silentSocketsNeitherBlockNorStay() throws Exception {
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS.withHandshakeTimeout(Duration.ofMillis(300)));
        FutureTask<TcpCollective> zero = connect(listeners, 0, TOKEN, 5);
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 3 * LinkOpener.MAX_STRANGERS; i++) {
            silent.add(call(listeners.get(0)));
        }
        for (Socket socket : silent) {
            assertThat(readsNothing(socket)).isTrue();
            socket.close();
        }
        FutureTask<TcpCollective> one = connect(listeners, 1, TOKEN, 5);
        List<TcpCollective> ranks = List.of(RankThreads.result(zero), RankThreads.result(one));
        assertThat(ranks.get(0).rejectedHandshakes()).isEqualTo(3 * LinkOpener.MAX_STRANGERS);
        CollectiveContract.closeAll(ranks);
    }

    @Test
    void aRankThatDoesNotCallIsNamedByAll() throws Exception {
        CollectiveOptions hasty =
                OPTIONS.withTimeouts(Duration.ofMillis(1500), OPTIONS.opTimeout(), OPTIONS.stallTimeout());
        OpenHandles before = OpenHandles.now();
        List<TcpListener> listeners = LoopbackGroup.listen(4, hasty);
        List<FutureTask<TcpCollective>> present = new ArrayList<>();
        for (int rank : new int[] {0, 1, 3}) {
            present.add(connect(listeners, rank, TOKEN, 1));
        }
        List<Throwable> thrown = present.stream().map(RankThreads::failure).toList();
        RankThreads.assertCulprit(thrown, 2, "1500 ms");
        listeners.get(2).close();
        assertThat(OpenHandles.leakedSince(before)).isEmpty();
    }

    @Test
    void connectingEndsWhenTheOwnerIsCancelledOrTheListenerClosed() throws Exception {
        OpenHandles before = OpenHandles.now();
        AtomicBoolean cancelled = new AtomicBoolean();
        List<TcpListener> listeners = LoopbackGroup.listen(2, OPTIONS.withCancelled(cancelled::get));
        FutureTask<TcpCollective> zero = connect(listeners, 0, TOKEN, 1);
        Thread.sleep(50);
        cancelled.set(true);
        RankThreads.assertCulprit(List.of(RankThreads.failure(zero)), 0, "cancelled");
        cancelled.set(false);
        FutureTask<TcpCollective> one = connect(listeners, 1, TOKEN, 1);
        Thread.sleep(50);
        listeners.get(1).close();
        RankThreads.assertCulprit(List.of(RankThreads.failure(one)), 1, "listener was closed");
        assertThat(OpenHandles.leakedSince(before)).isEmpty();
    }

    @Test
    void nothingStaysOpenAfterCloseAbortOrFailure() throws Exception {
        OpenHandles before = OpenHandles.now();
        for (int round = 0; round < 3; round++) {
            List<TcpCollective> ranks = LoopbackGroup.open(3, OPTIONS, round);
            RankThreads.run(ranks, LargeAndSmall::check);
            if (round == 1) {
                ranks.get(1).abort(new IllegalStateException("enough"));
                List<Throwable> thrown = RankThreads.failures(ranks, LargeAndSmall::check);
                RankThreads.assertCulprit(thrown, 1, "enough");
                // Failed collectives have let go of everything without being closed.
                assertThat(OpenHandles.leakedSince(before)).isEmpty();
            }
            CollectiveContract.closeAll(ranks);
            assertThat(OpenHandles.leakedSince(before)).isEmpty();
        }
    }

    @Test
    void aTakenPortIsSkippedAndAFullRangeSaysSo() throws Exception {
        try (TcpListener first = TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS)) {
            int taken = first.address().getPort();
            assertThatThrownBy(() -> TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS.withPorts(taken, 0)))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("ports " + taken + " to " + taken)
                    .hasMessageContaining("portMaxRetries");
            try (TcpListener next = TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS.withPorts(taken, 16))) {
                assertThat(next.address().getPort()).isBetween(taken + 1, taken + 16);
            }
        }
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        assertThatThrownBy(() -> TcpListener.bind(InetAddress.getByAddress(new byte[4]), OPTIONS))
                .hasMessageContaining("0.0.0.0");
        assertThatThrownBy(() -> OPTIONS.withSizes(1 << 20, 1 << 10)).hasMessageContaining("directMaxBytes");
        try (TcpListener listener = TcpListener.bind(InetAddress.getLoopbackAddress(), OPTIONS)) {
            List<InetSocketAddress> self = List.of(listener.address());
            assertThatThrownBy(() -> listener.connect(1, self, TOKEN, 1)).hasMessageContaining("allowed: 0 to 0");
            assertThatThrownBy(() -> listener.connect(0, self, new byte[15], 1)).hasMessageContaining("15 bytes");
        }
    }

    /** Both schedules once. */
    private static final class LargeAndSmall {
        static Object check(Collective collective) {
            for (int length : new int[] {5, 30_000}) {
                long[] ones = new long[length];
                Arrays.fill(ones, 1);
                collective.sum(ones, 0, length);
                assertThat(ones).containsOnly(collective.size());
            }
            return true;
        }
    }

    private static FutureTask<TcpCollective> connect(
            List<TcpListener> listeners, int rank, byte[] token, long attempt) {
        return LoopbackGroup.connecting(listeners.get(rank), rank, LoopbackGroup.addresses(listeners), token, attempt);
    }

    private static Socket call(TcpListener listener) throws IOException {
        Socket socket =
                new Socket(listener.address().getAddress(), listener.address().getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** Closed, by end of stream or reset, without a word. */
    private static boolean readsNothing(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
