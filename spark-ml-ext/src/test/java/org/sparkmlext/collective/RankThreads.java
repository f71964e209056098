package org.sparkmlext.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ranks as threads of this JVM, one a collective; nothing outlives a call. */
public final class RankThreads {
    private static final long LIMIT_SECONDS = 120;

    private RankThreads() {}

    /** What one rank does. */
    public interface RankTask<T> {
        T run(Collective collective) throws Exception;
    }

    /** Runs the task on every rank and returns what each returned; the first exception fails the test. */
    public static <T> List<T> run(List<? extends Collective> ranks, RankTask<T> task) {
        List<T> results = new ArrayList<>();
        for (FutureTask<T> future : start(ranks, task)) {
            results.add(result(future));
        }
        return results;
    }

    /** Runs the task on every rank and returns what each threw, null where nothing. */
    public static List<Throwable> failures(List<? extends Collective> ranks, RankTask<?> task) {
        List<Throwable> thrown = new ArrayList<>();
        for (FutureTask<?> future : start(ranks, task)) {
            thrown.add(failure(future));
        }
        return thrown;
    }

    /** Every listed rank failed with a {@link CollectiveException} that names the culprit. */
    public static void assertCulprit(List<Throwable> thrown, int culprit, String... words) {
        for (Throwable one : thrown) {
            assertThat(one).isInstanceOf(CollectiveException.class).hasMessageContainingAll(words);
            assertThat(((CollectiveException) one).culprit())
                    .as(one.getMessage())
                    .isEqualTo(culprit);
        }
    }

    static <T> List<FutureTask<T>> start(List<? extends Collective> ranks, RankTask<T> task) {
        List<FutureTask<T>> futures = new ArrayList<>();
        for (Collective rank : ranks) {
            FutureTask<T> future = new FutureTask<>(() -> task.run(rank));
            Thread thread = new Thread(future, "test-rank-" + rank.rank());
            thread.setDaemon(true);
            thread.start();
            futures.add(future);
        }
        return futures;
    }

    static <T> T result(FutureTask<T> future) {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException thrown) {
            throw new AssertionError("a rank failed: " + thrown.getCause(), thrown.getCause());
        } catch (TimeoutException late) {
            return fail("a rank has not returned after " + LIMIT_SECONDS + " s", late);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return fail("interrupted", interrupt);
        }
    }

    static Throwable failure(FutureTask<?> future) {
        try {
            future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException thrown) {
            return thrown.getCause();
        } catch (TimeoutException late) {
            return fail("a rank has not returned after " + LIMIT_SECONDS + " s", late);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return fail("interrupted", interrupt);
        }
    }
}
