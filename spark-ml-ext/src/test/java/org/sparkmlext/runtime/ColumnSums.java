package org.sparkmlext.runtime;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.training.InvalidTrainingDataException;
import org.sparkmlext.training.MemoryPlan;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.ShardShape;
import org.sparkmlext.training.TrainingAlgorithm;
import org.sparkmlext.training.Worker;

/**
 * The smallest algorithm that uses everything a worker offers: each round sums columns, labels and weights over all ranks
 * in fixed point and folds the sums into a running hash, so that a lost, doubled or missing row, round or rank changes the
 * result. Its settings make it slow, or make a rank fail.
 */
record ColumnSums(Settings settings) implements TrainingAlgorithm<ColumnSums.Settings> {

    /** What a rank throws. */
    enum Fault {
        NONE,
        INVALID_DATA,
        ILLEGAL_STATE,
        OUT_OF_MEMORY,
        CHECKED_LOOKALIKE
    }

    /**
     * @param rounds rounds in all
     * @param sleepMillis time a round takes, in naps after each of which cancellation is looked at
     * @param fault what is thrown
     * @param faultRank by whom
     * @param faultRound when
     * @param planBytes bytes the memory plan claims
     */
    record Settings(int rounds, long sleepMillis, Fault fault, int faultRank, int faultRound, long planBytes)
            implements Serializable {}

    /** An exception that nobody can make from a message. */
    static final class UnmakeableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnmakeableException(int code, String text) {
            super(text + " " + code);
        }
    }

    static ColumnSums rounds(int rounds) {
        return new ColumnSums(new Settings(rounds, 0, Fault.NONE, -1, -1, 1000));
    }

    ColumnSums slow(long millis) {
        return new ColumnSums(new Settings(
                settings.rounds, millis, settings.fault, settings.faultRank, settings.faultRound, settings.planBytes));
    }

    ColumnSums failing(Fault fault, int rank, int round) {
        return new ColumnSums(
                new Settings(settings.rounds, settings.sleepMillis, fault, rank, round, settings.planBytes));
    }

    ColumnSums claiming(long bytes) {
        return new ColumnSums(new Settings(
                settings.rounds, settings.sleepMillis, settings.fault, settings.faultRank, settings.faultRound, bytes));
    }

    @Override
    public MemoryPlan memoryPlan(ShardShape shape) {
        return new MemoryPlan(Map.of("sums", settings.planBytes));
    }

    @Override
    public byte[] train(Worker worker, Shard shard) {
        long[] local = sums(shard);
        List<RoundState> finished = worker.finishedRounds();
        long hash = finished.isEmpty()
                ? 1
                : ByteBuffer.wrap(finished.get(finished.size() - 1).bytes()).getLong();
        long[] sums = local.clone();
        for (int round = finished.size(); round < settings.rounds; round++) {
            work(worker, round);
            sums = local.clone();
            worker.collective().sum(sums, 0, sums.length);
            hash = 31 * hash + Arrays.hashCode(sums) + round;
            worker.roundFinished(
                    new RoundReport(round, settings.rounds, metrics(worker, finished.size(), sums), sums[0]),
                    new RoundState(round, ByteBuffer.allocate(8).putLong(hash).array()));
        }
        ByteBuffer result = ByteBuffer.allocate(8 * (1 + sums.length)).putLong(hash);
        for (long sum : sums) {
            result.putLong(sum);
        }
        return result.array();
    }

    private void work(Worker worker, int round) {
        long end = System.nanoTime() + settings.sleepMillis * 1_000_000;
        do {
            worker.checkCancelled();
            try {
                Thread.sleep(Math.min(settings.sleepMillis, 20));
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        } while (System.nanoTime() - end < 0);
        if (round == settings.faultRound && worker.rank() == settings.faultRank) {
            switch (settings.fault) {
                case INVALID_DATA -> throw new InvalidTrainingDataException("column 'x' is not to be learnt from");
                case ILLEGAL_STATE -> throw new IllegalStateException("the state is illegal");
                case OUT_OF_MEMORY -> throw new OutOfMemoryError("pretended");
                case CHECKED_LOOKALIKE -> throw new UnmakeableException(7, "odd");
                case NONE -> {}
            }
        }
    }

    /** Rows, validation rows, labels, weights, validation labels, then a fixed-point sum and a missing count a column. */
    private static long[] sums(Shard shard) {
        long[] sums = new long[5 + 2 * shard.numFeatures()];
        sums[0] = shard.numRows();
        sums[1] = shard.numValidationRows();
        for (TableBlock block : shard.training()) {
            for (int r = 0; r < block.numRows(); r++) {
                sums[2] += Math.round(block.labels()[r] * 1e4);
                sums[3] += block.weights() == null ? 10_000 : Math.round(block.weights()[r] * 1e4);
            }
            for (int c = 0; c < block.features().numFeatures(); c++) {
                float[] column = block.table().column(c);
                for (int r = 0; r < block.numRows(); r++) {
                    sums[5 + 2 * c] += Float.isNaN(column[r]) ? 0 : Math.round(column[r] * 1e4);
                    sums[6 + 2 * c] += Float.isNaN(column[r]) ? 1 : 0;
                }
            }
        }
        for (TableBlock block : shard.validation()) {
            for (int r = 0; r < block.numRows(); r++) {
                sums[4] += Math.round(block.labels()[r] * 1e4);
            }
        }
        return sums;
    }

    private static Map<String, Double> metrics(Worker worker, int resumedFrom, long[] sums) {
        long[] pids = new long[worker.size()];
        pids[worker.rank()] = ProcessHandle.current().pid();
        worker.collective().sum(pids, 0, pids.length);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("rows", (double) sums[0]);
        metrics.put("resumed-from", (double) resumedFrom);
        for (int r = 0; r < pids.length; r++) {
            metrics.put("pid-" + r, (double) pids[r]);
        }
        return metrics;
    }
}
