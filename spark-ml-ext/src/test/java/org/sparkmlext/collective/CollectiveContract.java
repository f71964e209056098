package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Collective} must do, whatever carries it. Ranks are threads. */
@Timeout(180)
public abstract class CollectiveContract {
    private static final int CHUNK = 512;
    private static final Duration SHORT = Duration.ofMillis(700);

    /** Opens a group; element r is rank r's. */
    protected abstract List<? extends Collective> open(int size, CollectiveOptions options);

    /** The float sums in the order that the transport documents. */
    protected abstract float[] documentedSum(float[][] byRank, CollectiveOptions options);

    /** One round: how many ranks, how long, what numbers. */
    record Round(int size, int length, long seed) {}

    @Provide
    Arbitrary<Round> rounds() {
        int chunkElements = CHUNK / Long.BYTES;
        return Combinators.combine(Arbitraries.integers().between(1, 8), Arbitraries.longs())
                .as((size, seed) -> new Round(size, 0, seed))
                .flatMap(round ->
                        lengths(round.size, chunkElements).map(length -> new Round(round.size, length, round.seed)));
    }

    private static Arbitrary<Integer> lengths(int size, int chunk) {
        return Arbitraries.oneOf(
                Arbitraries.of(0, 1, size - 1, size, size + 1, chunk, chunk + 1, chunk * size, chunk * size + 1),
                Arbitraries.integers().between(0, 4000));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void everyResultIsTheSerialOneBitForBit(@ForAll("rounds") Round round) throws Exception {
        CollectiveOptions options = CollectiveOptions.defaults().withSizes(CHUNK, CHUNK);
        Random random = new Random(round.seed);
        long[][] longs = RankValues.randomLongs(random, round.size, round.length);
        float[][] floats = RankValues.randomFloats(random, round.size, round.length);
        int[] ends = randomEnds(random, round.size, round.length);
        long[] longSum = SerialSums.sum(longs);
        float[] floatSum = documentedSum(floats, options);
        int root = random.nextInt(round.size);
        byte[] message = new byte[round.length];
        random.nextBytes(message);
        int from = random.nextInt(3);

        List<? extends Collective> ranks = open(round.size, options);
        RankThreads.run(ranks, collective -> {
            int rank = collective.rank();
            long[] summed = shifted(longs[rank], from);
            collective.sum(summed, from, round.length);
            assertThat(summed).isEqualTo(shifted(longSum, from));

            float[] floatSummed = floats[rank].clone();
            collective.sum(floatSummed, 0, round.length);
            assertThat(bits(floatSummed)).isEqualTo(bits(floatSum));

            checkSegments(collective, longs[rank].clone(), longSum, ends);

            byte[] heard = rank == root ? message.clone() : new byte[round.length];
            collective.broadcast(root, heard, 0, round.length);
            assertThat(heard).isEqualTo(message);
            collective.barrier();
            assertThat(collective.metrics().operations()).isEqualTo(6);
            return null;
        });
        closeAll(ranks);
    }

    private static void checkSegments(Collective collective, long[] values, long[] longSum, int[] ends) {
        int rank = collective.rank();
        int start = rank == 0 ? 0 : ends[rank - 1];
        collective.reduceScatter(values, ends);
        assertThat(Arrays.copyOfRange(values, start, ends[rank]))
                .isEqualTo(Arrays.copyOfRange(longSum, start, ends[rank]));
        long[] gathered = new long[values.length];
        System.arraycopy(values, start, gathered, start, ends[rank] - start);
        collective.allGather(gathered, ends);
        int last = ends[ends.length - 1];
        assertThat(Arrays.copyOf(gathered, last)).isEqualTo(Arrays.copyOf(longSum, last));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void maximumOfLongsAndFloatsAndUnionOfBits(int size) throws Exception {
        CollectiveOptions options = CollectiveOptions.defaults().withSizes(CHUNK, CHUNK);
        for (int length : new int[] {1, 7, 3001}) {
            Random random = new Random(length);
            long[][] longs = RankValues.randomLongs(random, size, length);
            float[][] floats = RankValues.randomFloats(random, size, length);
            floats[size - 1][length / 2] = Float.NaN;
            long[] longMax = new long[length];
            long[] union = new long[length];
            float[] floatMax = new float[length];
            for (int i = 0; i < length; i++) {
                int at = i;
                longMax[i] = Stream.of(longs).mapToLong(v -> v[at]).max().getAsLong();
                union[i] = Stream.of(longs).mapToLong(v -> v[at]).reduce(0, (a, b) -> a | b);
                floatMax[i] =
                        Stream.of(floats).map(v -> v[at]).reduce(Math::max).get();
            }
            List<? extends Collective> ranks = open(size, options);
            RankThreads.run(ranks, collective -> {
                long[] values = longs[collective.rank()].clone();
                collective.max(values, 0, length);
                assertThat(values).isEqualTo(longMax);
                float[] singles = floats[collective.rank()].clone();
                collective.max(singles, 0, length);
                assertThat(singles).isEqualTo(floatMax);
                long[] bits = shifted(longs[collective.rank()], 2);
                collective.or(bits, 2, length);
                assertThat(bits).isEqualTo(shifted(union, 2));
                return null;
            });
            closeAll(ranks);
        }
    }

    @Test
    void largeSumsWithTheDefaultSizes() throws Exception {
        int length = 700_001;
        CollectiveOptions options = CollectiveOptions.defaults();
        long[][] longs = RankValues.randomLongs(new Random(1), 3, length);
        float[][] floats = RankValues.randomFloats(new Random(2), 3, length);
        List<? extends Collective> ranks = open(3, options);
        RankThreads.run(ranks, collective -> {
            long[] values = longs[collective.rank()].clone();
            float[] singles = floats[collective.rank()].clone();
            collective.sum(values, 0, length);
            collective.sum(singles, 0, length);
            assertThat(Arrays.equals(values, SerialSums.sum(longs))).isTrue();
            assertThat(Arrays.equals(bits(singles), bits(documentedSum(floats, options))))
                    .isTrue();
            return null;
        });
        closeAll(ranks);
    }

    @Test
    void manySmallOperationsInARow() throws Exception {
        List<? extends Collective> ranks = open(4, CollectiveOptions.defaults());
        RankThreads.run(ranks, collective -> {
            long[] value = new long[1];
            for (int i = 0; i < 1000; i++) {
                value[0] = collective.rank() + i;
                collective.sum(value, 0, 1);
                assertThat(value[0]).isEqualTo(6 + 4L * i);
            }
            return null;
        });
        closeAll(ranks);
    }

    @Test
    void abortNamesTheCulpritOnAllRanks() throws Exception {
        List<? extends Collective> ranks = open(4, CollectiveOptions.defaults());
        List<Throwable> thrown = RankThreads.failures(ranks, collective -> {
            if (collective.rank() == 2) {
                Thread.sleep(50);
                collective.abort(new IllegalStateException("shard 7 is unreadable"));
                collective.abort(new IllegalStateException("a second cause"));
            }
            collective.sum(new long[100_000], 0, 100_000);
            return null;
        });
        RankThreads.assertCulprit(thrown, 2, "shard 7 is unreadable");
        RankThreads.assertCulprit(
                RankThreads.failures(ranks, collective -> {
                    collective.barrier();
                    return null;
                }),
                2,
                "shard 7 is unreadable");
        closeAll(ranks);
    }

    @Test
    void abortFromAnotherThreadWakesAWaitingRank() throws Exception {
        List<? extends Collective> ranks = open(3, CollectiveOptions.defaults());
        List<FutureTask<Object>> waiting = RankThreads.start(ranks.subList(0, 2), collective -> {
            collective.sum(new float[10], 0, 10);
            return null;
        });
        Thread.sleep(100);
        ranks.get(1).abort(new IllegalStateException("the task was killed"));
        RankThreads.assertCulprit(waiting.stream().map(RankThreads::failure).toList(), 1, "the task was killed");
        closeAll(ranks);
    }

    @Test
    void interruptCountsAsAbort() throws Exception {
        List<? extends Collective> ranks = open(3, CollectiveOptions.defaults());
        List<Throwable> thrown = RankThreads.failures(ranks, collective -> {
            if (collective.rank() == 1) {
                Thread.currentThread().interrupt();
            }
            try {
                collective.sum(new long[5000], 0, 5000);
                // The others may be faster than the interrupt is seen.
                collective.barrier();
            } finally {
                assertThat(Thread.currentThread().isInterrupted()).isEqualTo(collective.rank() == 1);
            }
            return null;
        });
        RankThreads.assertCulprit(thrown, 1, "interrupted");
        closeAll(ranks);
    }

    @Test
    void aRankThatNeverArrivesIsNamed() throws Exception {
        CollectiveOptions options =
                CollectiveOptions.defaults().withTimeouts(Duration.ofSeconds(20), SHORT, Duration.ofSeconds(20));
        List<? extends Collective> ranks = open(4, options);
        for (int length : new int[] {3, 50_000}) {
            List<Collective> present = new ArrayList<>(ranks);
            present.remove(1);
            RankThreads.assertCulprit(
                    RankThreads.failures(present, collective -> {
                        collective.sum(new long[length], 0, length);
                        return null;
                    }),
                    1,
                    String.valueOf(length == 3 ? SHORT.toMillis() : ""));
        }
        closeAll(ranks);
    }

    /** A rank that only waits for the late one must not be taken for frozen, neither in a ring. */
    @Test
    void aLateRankIsWaitedForLongerThanASilentOne() throws Exception {
        CollectiveOptions options =
                CollectiveOptions.defaults().withTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(60), SHORT);
        for (int length : new int[] {3, 50_000}) {
            List<? extends Collective> ranks = open(4, options);
            RankThreads.run(ranks, collective -> {
                collective.barrier();
                if (collective.rank() == 1) {
                    Thread.sleep(4 * SHORT.toMillis());
                }
                long[] ones = new long[length];
                Arrays.fill(ones, 1);
                collective.sum(ones, 0, length);
                assertThat(ones).containsOnly(4);
                return null;
            });
            closeAll(ranks);
        }
    }

    @Test
    void aRankThatClosedIsNamed() throws Exception {
        List<? extends Collective> ranks = open(3, CollectiveOptions.defaults());
        List<Throwable> thrown = RankThreads.failures(ranks, collective -> {
            collective.barrier();
            if (collective.rank() == 1) {
                collective.close();
                collective.close();
            }
            collective.sum(new long[40_000], 0, 40_000);
            return null;
        });
        RankThreads.assertCulprit(thrown, 1, "closed");
        closeAll(ranks);
    }

    @Test
    void finishedRanksMayCloseWhileOthersStillReceive() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<? extends Collective> ranks = open(4, CollectiveOptions.defaults());
            List<Long> sums = RankThreads.run(ranks, collective -> {
                long[] values = new long[20_000];
                Arrays.fill(values, collective.rank());
                collective.sum(values, 0, values.length);
                collective.close();
                return Arrays.stream(values).sum();
            });
            assertThat(sums).containsOnly(120_000L);
        }
    }

    @ParameterizedTest
    @MethodSource("org.sparkmlext.collective.Disagreement#all")
    void ranksThatDisagreeAreTold(Disagreement disagreement) throws Exception {
        List<? extends Collective> ranks = open(3, CollectiveOptions.defaults());
        List<Throwable> thrown = RankThreads.failures(ranks, collective -> {
            (collective.rank() == 1 ? disagreement.odd() : disagreement.even()).call(collective);
            // An operation in which a rank only sends may end before the others find out.
            collective.barrier();
            collective.barrier();
            return null;
        });
        for (Throwable one : thrown) {
            assertThat(one)
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageContainingAll(disagreement.words())
                    .hasMessageContaining("rank 1");
        }
        closeAll(ranks);
    }

    @Test
    void aCancelledOwnerEndsTheWait() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        List<? extends Collective> ranks = open(3, CollectiveOptions.defaults().withCancelled(cancelled::get));
        List<FutureTask<Object>> waiting = RankThreads.start(ranks.subList(0, 2), collective -> {
            collective.barrier();
            return null;
        });
        Thread.sleep(50);
        cancelled.set(true);
        for (FutureTask<Object> one : waiting) {
            assertThat(RankThreads.failure(one))
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageContaining("cancelled");
        }
        closeAll(ranks);
    }

    /** Who waits for others by other means looks, as often as it likes, and has nothing to do with operations that others begin meanwhile. */
    @Test
    void looksDisturbNoOperation() throws Exception {
        for (int length : new int[] {3, 50_000}) {
            List<? extends Collective> ranks = open(3, CollectiveOptions.defaults());
            RankThreads.run(ranks, collective -> {
                for (int round = 1; round <= 3; round++) {
                    long end = System.nanoTime() + round * collective.rank() * 20_000_000L;
                    do {
                        collective.check();
                    } while (System.nanoTime() < end);
                    long[] ones = new long[length];
                    Arrays.fill(ones, round);
                    collective.sum(ones, 0, length);
                    assertThat(ones).containsOnly(3L * round);
                }
                assertThat(collective.metrics().operations()).isEqualTo(3);
                return null;
            });
            closeAll(ranks);
        }
    }

    @Test
    void aRankThatLooksLearnsOfAnAbort() throws Exception {
        List<? extends Collective> ranks = open(3, CollectiveOptions.defaults());
        List<Throwable> thrown = RankThreads.failures(ranks, collective -> {
            collective.barrier();
            if (collective.rank() == 1) {
                collective.abort(new IllegalStateException("shard 7 is unreadable"));
            }
            while (true) {
                collective.check();
            }
        });
        RankThreads.assertCulprit(thrown, 1, "shard 7 is unreadable");
        closeAll(ranks);
    }

    @Test
    void aRankThatLooksLearnsOfItsCancellation() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        List<? extends Collective> ranks = open(2, CollectiveOptions.defaults().withCancelled(cancelled::get));
        List<Throwable> thrown = RankThreads.failures(ranks.subList(1, 2), collective -> {
            collective.check();
            cancelled.set(true);
            while (true) {
                collective.check();
            }
        });
        RankThreads.assertCulprit(thrown, 1, "cancelled");
        closeAll(ranks);
    }

    @Test
    void wrongArgumentsAreRefusedBeforeAnythingIsSent() throws Exception {
        List<? extends Collective> ranks = open(2, CollectiveOptions.defaults());
        RankThreads.run(ranks, c -> {
            assertThatThrownBy(() -> c.sum(new long[3], 2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> c.broadcast(2, new byte[1], 0, 1)).hasMessageContaining("allowed: 0 to 1");
            assertThatThrownBy(() -> c.reduceScatter(new long[3], new int[] {2, 1}))
                    .hasMessageContaining("segmentEnds[1] is 1");
            assertThatThrownBy(() -> c.allGather(new long[3], new int[] {3})).hasMessageContaining("1 ends");
            c.barrier();
            return null;
        });
        closeAll(ranks);
    }

    static void closeAll(List<? extends Collective> ranks) {
        ranks.forEach(Collective::close);
    }

    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    private static long[] shifted(long[] values, int from) {
        long[] shifted = new long[values.length + from + 1];
        System.arraycopy(values, 0, shifted, from, values.length);
        return shifted;
    }

    private static int[] randomEnds(Random random, int size, int length) {
        int[] ends = random.ints(size, 0, length + 1).sorted().toArray();
        if (random.nextBoolean()) {
            ends[size - 1] = length;
        }
        return ends;
    }
}
