package org.sparkmlext.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ThreadTeamTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyItemRunsOnceInEveryOfManyJobs(int numThreads) {
        try (ThreadTeam team = new ThreadTeam(numThreads)) {
            for (int job = 0; job < 2000; job++) {
                int numItems = job % 17;
                AtomicIntegerArray runs = new AtomicIntegerArray(numItems);
                team.forEach(numItems, (worker, item) -> {
                    assertThat(worker).isBetween(0, numThreads - 1);
                    runs.incrementAndGet(item);
                });
                for (int i = 0; i < numItems; i++) {
                    assertThat(runs.get(i)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void threadsThatSleptWakeUpAndShareTheWork() throws Exception {
        try (ThreadTeam team = new ThreadTeam(3)) {
            for (int round = 0; round < 3; round++) {
                // Long enough for the threads to have gone to sleep.
                Thread.sleep(20);
                CountDownLatch all = new CountDownLatch(3);
                Set<Integer> workers = ConcurrentHashMap.newKeySet();
                team.forEach(3, (worker, item) -> {
                    workers.add(worker);
                    all.countDown();
                    await(all);
                });
                assertThat(workers).containsExactlyInAnyOrder(0, 1, 2);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noMoreThreadsThanAskedForTakePart() {
        try (ThreadTeam team = new ThreadTeam(3)) {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            team.run(100, 1, (worker, first, job) -> {
                for (int i = first; i >= 0; i = job.next()) {
                    threads.add(Thread.currentThread());
                }
            });
            assertThat(threads).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void anErrorOfAnyThreadIsThrownAndTheTeamGoesOn() {
        try (ThreadTeam team = new ThreadTeam(2)) {
            for (int failing = 0; failing < 2; failing++) {
                int culprit = failing;
                CountDownLatch both = new CountDownLatch(2);
                assertThatThrownBy(() -> team.forEach(2, (worker, item) -> {
                            both.countDown();
                            await(both);
                            if (worker == culprit) {
                                throw new StackOverflowError("from thread " + worker);
                            }
                        }))
                        .isInstanceOf(StackOverflowError.class)
                        .hasMessage("from thread " + culprit);
            }
            AtomicIntegerArray runs = new AtomicIntegerArray(5);
            team.forEach(5, (worker, item) -> runs.incrementAndGet(item));
            assertThat(runs.toString()).isEqualTo("[1, 1, 1, 1, 1]");
        }
    }

    @Test
    void anInterruptedCallerKeepsItsFlagAndItsResult() {
        try (ThreadTeam team = new ThreadTeam(2)) {
            Thread.currentThread().interrupt();
            AtomicIntegerArray runs = new AtomicIntegerArray(50);
            team.forEach(50, (worker, item) -> runs.incrementAndGet(item));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(runs.get(49)).isEqualTo(1);
        }
    }

    @Test
    void closedTeamHasNoThreadsAndTakesNoWork() {
        ThreadTeam team = new ThreadTeam(4);
        team.forEach(4, (worker, item) -> {});
        team.close();
        team.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("cpu-kernels-"));
        assertThatIllegalStateException().isThrownBy(() -> team.forEach(1, (worker, item) -> {}));
    }

    @Test
    void idleThreadsSleep() throws Exception {
        try (ThreadTeam team = new ThreadTeam(2)) {
            team.forEach(2, (worker, item) -> {});
            Thread sleeper = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("cpu-kernels-1"))
                    .findAny()
                    .orElseThrow();
            assertThat(sleeper.isDaemon()).isTrue();
            while (sleeper.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
        }
    }
}
