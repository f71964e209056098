package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.training.RoundReport;

/** Clusters on this machine, what is run on them, and who disturbs it. */
final class ClusterSessions {

    static final int ROWS = 1001;
    static final int ROUNDS = 12;

    private ClusterSessions() {}

    static SparkSession.Builder builder() {
        return Tables.builder("local-cluster[2,1,1024]")
                .config("spark.executor.memory", "600m")
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .config("spark.locality.wait", "500ms");
    }

    /** The same with executors that come and go. */
    static SparkSession.Builder dynamic() {
        return builder()
                .config("spark.dynamicAllocation.enabled", "true")
                .config("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                .config("spark.dynamicAllocation.minExecutors", "0")
                .config("spark.dynamicAllocation.maxExecutors", "2");
    }

    /** The undisturbed result, made by one rank in this JVM. */
    static byte[] expectedBytes() throws IOException {
        try (SparkSession local = Tables.session("local[1]")) {
            return DistributedTrainer.train(
                            Tables.rows(local, ROWS, 1),
                            Tables.COLUMNS,
                            ColumnSums.rounds(ROUNDS),
                            new RuntimeOptions(1, 0, "cpu"),
                            new Events())
                    .bytes();
        }
    }

    /** Kills the process of a rank, once, after a round. */
    static final class KillRank extends Events {
        private final int rank;
        private final int round;
        private boolean isDone;

        KillRank(int rank, int round) {
            this.rank = rank;
            this.round = round;
        }

        @Override
        public void roundFinished(RoundReport report) {
            super.roundFinished(report);
            if (report.round() == round && !isDone) {
                isDone = true;
                long pid = report.metrics().get("pid-" + rank).longValue();
                assertThat(pid).isNotEqualTo(ProcessHandle.current().pid());
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            }
        }

        /** The run went on where it was, and nobody can tell from the result. */
        void check(DistributedTrainer.Result result, byte[] expected) {
            assertThat(isDone).isTrue();
            assertThat(result.bytes()).isEqualTo(expected);
            assertThat(result.report().attempts()).isEqualTo(2);
            assertThat(rounds)
                    .extracting(RoundReport::round)
                    .doesNotHaveDuplicates()
                    .hasSize(ROUNDS);
            int resumedFrom =
                    rounds.get(ROUNDS - 1).metrics().get("resumed-from").intValue();
            // How many rounds end between the order to kill and the end of the process is a race.
            assertThat(resumedFrom).isGreaterThan(round);
            assertThat(heard)
                    .filteredOn(text -> text.startsWith("retrying"))
                    .singleElement()
                    .asString()
                    .matches("retrying 1 from " + resumedFrom
                            + ": executor \\d+ \\(\\S+\\) lost in round " + resumedFrom
                            + "; attempt 1 goes on from round " + resumedFrom + " \\(round " + resumedFrom
                            + " repeated\\)");
        }
    }
}
