package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/** Aborts at a random moment, most of them in the middle of a frame. */
@Timeout(120)
class TcpAbortTest {
    private static final int RANKS = 5;
    private static final Random RANDOM = new Random(20_260);

    @RepeatedTest(12)
    void whoeverAbortsInTheMiddleIsNamedByAll(RepetitionInfo repetition) throws Exception {
        OpenHandles before = OpenHandles.now();
        List<TcpCollective> ranks = LoopbackGroup.open(
                RANKS, CollectiveOptions.defaults().withLocalSockets(repetition.getCurrentRepetition() % 2 == 0), 1);
        int culprit = RANDOM.nextInt(RANKS);
        int length = RANDOM.nextBoolean() ? 400_000 : 100;
        List<FutureTask<Object>> running = RankThreads.start(ranks, collective -> {
            float[] values = new float[length];
            while (true) {
                collective.sum(values, 0, length);
            }
        });
        Thread.sleep(20, RANDOM.nextInt(1_000_000));
        ranks.get(culprit).abort(new IllegalStateException("out of memory, say"));
        List<Throwable> thrown = running.stream().map(RankThreads::failure).toList();
        RankThreads.assertCulprit(thrown, culprit, "out of memory, say");
        assertThat(OpenHandles.leakedSince(before)).isEmpty();
    }
}
