package org.sparkmlext.tree;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;
import org.sparkmlext.training.Worker;

/**
 * The {@link Worker} that a trial of a search sees: its rounds are kept here, and are to the driver the progress of a round of the
 * search.
 */
final class TrialTurn implements Worker {

    private final Worker worker;
    private final int turn;
    private final int numTurns;
    private final List<RoundState> finished;
    private final List<RoundState> newRounds = new ArrayList<>();
    private long rows;

    /**
     * @param turn number of this turn of the search
     * @param numTurns of the whole search
     * @param finished rounds that the trial has behind it
     */
    TrialTurn(Worker worker, int turn, int numTurns, List<RoundState> finished) {
        this.worker = worker;
        this.turn = turn;
        this.numTurns = numTurns;
        this.finished = List.copyOf(finished);
    }

    /**
     * What a turn leaves behind.
     *
     * @param value of the search's metric
     * @param rounds that it has added to the trial
     */
    record Ended(double value, List<RoundState> rounds) {}

    /** The state of a round of the search, for the driver to keep. Little endian. */
    static byte[] encode(Ended ended) {
        int length = ended.rounds().stream()
                .mapToInt(round -> 2 * Integer.BYTES + round.bytes().length)
                .sum();
        ByteBuffer out = ByteBuffer.allocate(Double.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        out.putDouble(ended.value());
        for (RoundState round : ended.rounds()) {
            out.putInt(round.round()).putInt(round.bytes().length).put(round.bytes());
        }
        return out.array();
    }

    static Ended decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        double value = in.getDouble();
        List<RoundState> rounds = new ArrayList<>();
        while (in.hasRemaining()) {
            int round = in.getInt();
            byte[] state = new byte[in.getInt()];
            in.get(state);
            rounds.add(new RoundState(round, state));
        }
        return new Ended(value, rounds);
    }

    /** Rounds that ended in this turn. */
    List<RoundState> newRounds() {
        return newRounds;
    }

    /** Training rows over all ranks; 0 if no round has ended. */
    long rows() {
        return rows;
    }

    @Override
    public Backend backend() {
        return worker.backend();
    }

    @Override
    public Collective collective() {
        return worker.collective();
    }

    @Override
    public int numThreads() {
        return worker.numThreads();
    }

    @Override
    public List<RoundState> finishedRounds() {
        return finished;
    }

    @Override
    public void roundFinished(RoundReport report, RoundState state) {
        newRounds.add(state);
        rows = report.rows();
        worker.progressed(new ProgressReport(
                turn, numTurns, rows * (report.round() + 1), rows * report.numRounds(), Map.copyOf(report.metrics())));
    }

    @Override
    public void log(String line) {
        worker.log(line);
    }

    @Override
    public void checkCancelled() {
        worker.checkCancelled();
    }
}
