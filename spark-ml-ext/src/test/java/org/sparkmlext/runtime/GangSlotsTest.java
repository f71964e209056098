package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.training.TrainingCancelledException;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GangSlotsTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Deadlines PATIENT = new Deadlines(LONG, LONG, LONG, LONG, LONG, LONG);

    private final GangSlots slots = new GangSlots();
    private final List<String> admitted = new CopyOnWriteArrayList<>();

    private GangSlots.Permit acquire(int workers, int mostSlots) {
        return slots.acquire(workers, mostSlots, PATIENT, text -> {});
    }

    private CompletableFuture<GangSlots.Permit> later(String name, int workers, int mostSlots) {
        return CompletableFuture.supplyAsync(() -> {
            GangSlots.Permit permit = acquire(workers, mostSlots);
            admitted.add(name);
            return permit;
        });
    }

    private static void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(200);
    }

    @Test
    void twoGangsThatDoNotFitTogetherTakeTurns() throws Exception {
        GangSlots.Permit first = acquire(2, 3);
        first.tell(true);
        CompletableFuture<GangSlots.Permit> second = later("second", 2, 3);
        pause();
        assertThat(second).isNotDone();
        first.close();
        second.get().close();
    }

    @Test
    void aGangWaitsUntilTheOneBeforeItHasAllItsSlots() throws Exception {
        GangSlots.Permit first = acquire(2, 4);
        CompletableFuture<GangSlots.Permit> second = later("second", 2, 4);
        pause();
        assertThat(second).isNotDone();
        first.tell(true);
        second.get().close();
        first.close();
    }

    @Test
    void nobodyStartsWhileAnotherHasLostAWorker() throws Exception {
        GangSlots.Permit first = acquire(1, 4);
        first.tell(true);
        first.tell(false);
        CompletableFuture<GangSlots.Permit> second = later("second", 1, 4);
        pause();
        assertThat(second).isNotDone();
        first.close();
        second.get().close();
    }

    @Test
    void aSmallGangDoesNotOvertakeALargeOne() throws Exception {
        GangSlots.Permit first = acquire(2, 4);
        first.tell(true);
        CompletableFuture<GangSlots.Permit> large = later("large", 4, 4);
        pause();
        CompletableFuture<GangSlots.Permit> small = later("small", 1, 4);
        pause();
        assertThat(admitted).isEmpty();
        first.close();
        large.get().close();
        small.get().close();
        assertThat(admitted).containsExactly("large", "small");
    }

    @Test
    void whereNobodyKnowsHowManySlotsThereCanBeGangsRunOneAfterAnother() throws Exception {
        GangSlots.Permit first = acquire(1, Integer.MAX_VALUE);
        first.tell(true);
        CompletableFuture<GangSlots.Permit> second = later("second", 1, Integer.MAX_VALUE);
        pause();
        assertThat(second).isNotDone();
        first.close();
        second.get().close();
    }

    @Test
    void aDeadlineAndAnInterruptEndTheWaitAndFreeTheTurn() throws Exception {
        GangSlots.Permit first = acquire(2, 2);
        Deadlines hasty = new Deadlines(LONG, Duration.ZERO, LONG, LONG, LONG, LONG);
        assertThatThrownBy(() -> slots.acquire(2, 2, hasty, text -> {}))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("waits for 1 other training of this application, which take 2 of at most 2 slots")
                .hasMessageContaining("spark.sparkmlext.startTimeout");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> acquire(2, 2)).isExactlyInstanceOf(TrainingCancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        CompletableFuture<GangSlots.Permit> next = later("next", 2, 2);
        first.close();
        next.get().close();
    }
}
