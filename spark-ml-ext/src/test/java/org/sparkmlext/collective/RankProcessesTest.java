package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranks as processes: the right sums, and what the others see when one dies or freezes. */
@Timeout(300)
class RankProcessesTest {
    /** Above the direct limit, so that the ring is in it. */
    private static final int LONG = 60_000;

    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration IMPATIENT = Duration.ofSeconds(5);
    private final List<RankProcess> ranks = new ArrayList<>();

    @AfterEach
    void killAll() {
        ranks.forEach(RankProcess::close);
    }

    @Test
    void threeProcessesSumBitForBit() throws Exception {
        startAll(3, PATIENT);
        openAll(1);
        sumBitForBit();
        closeAll();
    }

    @Test
    @Tag("full")
    void twoToEightProcessesSumBitForBit() throws Exception {
        for (int size : new int[] {2, 4, 5, 8}) {
            startAll(size, PATIENT);
            openAll(size);
            sumBitForBit();
            killAll();
            ranks.clear();
        }
    }

    @Test
    void aKilledRankIsNamedAndTheNextAttemptSucceeds() throws Exception {
        startAll(3, PATIENT);
        killInTheMiddle(1, LONG);
    }

    @Test
    @Tag("full")
    void aKilledRankOfEightIsNamedByRanksThatAreNotItsNeighbours() throws Exception {
        startAll(8, PATIENT);
        killInTheMiddle(3, 400_000);
        killInTheMiddle(6, 10);
    }

    @Test
    void aFrozenRankIsNamedAndTheNextAttemptSucceeds() throws Exception {
        startAll(3, IMPATIENT);
        freezeInTheMiddle(2, LONG);
    }

    @Test
    @Tag("full")
    void aFrozenRankOfEightIsNamedByRanksThatAreNotItsNeighbours() throws Exception {
        startAll(8, IMPATIENT);
        freezeInTheMiddle(5, LONG);
        freezeInTheMiddle(0, 10);
    }

    private void killInTheMiddle(int victim, int length) throws Exception {
        openAll(1);
        orderAll("loop " + length);
        Thread.sleep(500);
        ranks.get(victim).kill();
        survivorsName(victim);
        ranks.set(victim, RankProcess.start(victim, PATIENT));
        openAll(2);
        sumBitForBit();
        closeAll();
    }

    private void freezeInTheMiddle(int victim, int length) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "freezing needs kill -STOP");
        openAll(1);
        orderAll("loop " + length);
        Thread.sleep(500);
        ranks.get(victim).freeze();
        survivorsName(victim);
        ranks.get(victim).close();
        ranks.set(victim, RankProcess.start(victim, IMPATIENT));
        openAll(2);
        closeAll();
    }

    private void survivorsName(int victim) throws Exception {
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (rank != victim) {
                assertThat(ranks.get(rank).answer())
                        .startsWith("failed " + victim + " ")
                        .contains("rank " + victim);
            }
        }
    }

    private void sumBitForBit() throws Exception {
        for (int length : new int[] {0, 1, 1001, LONG}) {
            long[][] longs = new long[ranks.size()][];
            float[][] floats = new float[ranks.size()][];
            for (int rank = 0; rank < ranks.size(); rank++) {
                longs[rank] = RankMain.values(rank, length);
                floats[rank] = RankMain.floats(rank, length);
            }
            String expected = "sum "
                    + RankMain.fingerprint(
                            SerialSums.sum(longs), LoopbackGroup.documentedSum(floats, CollectiveOptions.defaults()));
            orderAll("sum " + length);
            for (RankProcess rank : ranks) {
                assertThat(rank.answer()).isEqualTo(expected);
            }
        }
    }

    private void startAll(int size, Duration patience) throws Exception {
        for (int rank = 0; rank < size; rank++) {
            ranks.add(RankProcess.start(rank, patience));
        }
    }

    private void openAll(int attempt) throws Exception {
        StringBuilder order = new StringBuilder("connect " + attempt);
        orderAll("bind");
        for (RankProcess rank : ranks) {
            order.append(' ').append(rank.answer().split(" ")[1]);
        }
        orderAll(order.toString());
        for (RankProcess rank : ranks) {
            assertThat(rank.answer()).isEqualTo("connected 0");
        }
    }

    private void closeAll() throws Exception {
        for (RankProcess rank : ranks) {
            assertThat(rank.ask("close")).isEqualTo("closed");
        }
    }

    private void orderAll(String order) {
        ranks.forEach(rank -> rank.order(order));
    }
}
