package org.sparkmlext.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;

/**
 * The messages between ranks and driver. Every message is an {@code Object[]} of JDK types: an executor whose code came
 * by {@code spark.jars} dies of a reply with a class of this project, for Spark's RPC threads do not see it.
 *
 * <p>A request is {@code {kind, attempt, rank, ...}}, a reply {@code {verdict, ...}}.
 */
final class Protocol {

    /**
     * A task of an ordinary stage is idle: number of the task, executor, place, the last attempt it took part in. Its attempt is the
     * stage's. Asked again and again until the verdict is {@link #GO}, with the attempt to take part in.
     */
    static final String ENLIST = "enlist";
    /** Rank runs: place, executor, the device it has to itself or nothing. */
    static final String HELLO = "hello";
    /** Rank can be reached: host, port. Asked again and again until the verdict is {@link #GO}. */
    static final String JOIN = "join";
    /** Rank wants the states of finished rounds: index of the first in the list to go on from. */
    static final String STATES = "states";
    /** Rank 0 tells how far the round has come: report. */
    static final String PROGRESS = "progress";
    /** Rank 0 has finished a round: report and state. */
    static final String ROUND = "round";
    /** Rank asks whether training ends with a round: round. Asked again until the verdict is not {@link #WAIT}. */
    static final String VERDICT = "verdict";
    /** Rank is alive: phase. */
    static final String BEAT = "beat";
    /** Rank has finished: device, and rank 0's result; of other ranks nothing. */
    static final String DONE = "done";
    /** Rank has failed: {@link RankFailure}. */
    static final String FAILED = "failed";

    /** Heard. For {@link #STATES}: followed by the rounds of the states, whether each is whole, and the states. */
    static final String OK = "ok";
    /** Not all are there yet; or the round is not told of yet. */
    static final String WAIT = "wait";
    /** All are there: token, hosts, ports, number of finished rounds, number of states to go on from. */
    static final String GO = "go";
    /** Training ends with the round that was asked about. */
    static final String END = "end";
    /** Stop: why. */
    static final String STOP = "stop";
    /** The run has its result: return at once. */
    static final String FINISHED = "finished";

    private Protocol() {}

    static Object[] request(String kind, long attempt, int rank, Object... rest) {
        Object[] message = new Object[3 + rest.length];
        message[0] = kind;
        message[1] = attempt;
        message[2] = rank;
        System.arraycopy(rest, 0, message, 3, rest.length);
        return message;
    }

    static Object[] round(long attempt, int rank, RoundReport report, RoundState state) {
        String[] names = names(report.metrics());
        double[] values = values(report.metrics());
        return request(
                ROUND,
                attempt,
                rank,
                report.round(),
                report.numRounds(),
                report.rows(),
                names,
                values,
                state.bytes(),
                state.isWhole(),
                state.isBest());
    }

    static RoundReport report(Object[] round) {
        Map<String, Double> metrics = metrics((String[]) round[6], (double[]) round[7]);
        return new RoundReport((Integer) round[3], (Integer) round[4], metrics, (Long) round[5]);
    }

    static Object[] progress(long attempt, int rank, ProgressReport report) {
        return request(
                PROGRESS,
                attempt,
                rank,
                report.round(),
                report.numRounds(),
                report.rows(),
                report.totalRows(),
                names(report.metrics()),
                values(report.metrics()));
    }

    static ProgressReport progress(Object[] message) {
        return new ProgressReport(
                (Integer) message[3],
                (Integer) message[4],
                (Long) message[5],
                (Long) message[6],
                metrics((String[]) message[7], (double[]) message[8]));
    }

    private static String[] names(Map<String, Double> metrics) {
        return metrics.keySet().toArray(new String[0]);
    }

    private static double[] values(Map<String, Double> metrics) {
        return metrics.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Map<String, Double> metrics(String[] names, double[] values) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            metrics.put(names[i], values[i]);
        }
        return metrics;
    }

    static RoundState state(Object[] round) {
        return new RoundState((Integer) round[3], (byte[]) round[8], (Boolean) round[9], (Boolean) round[10]);
    }

    static Object[] failed(long attempt, RankFailure f) {
        return request(
                FAILED,
                attempt,
                f.rank(),
                f.place(),
                f.phase(),
                f.className(),
                f.message(),
                f.trace(),
                f.kind().name());
    }

    static RankFailure failure(Object[] message) {
        return new RankFailure(
                (Integer) message[2],
                (String) message[3],
                (String) message[4],
                (String) message[5],
                (String) message[6],
                (String) message[7],
                RankFailure.Kind.valueOf((String) message[8]));
    }

    /** States from an index on, as many as make a message of moderate size, at least one if there is one. */
    static Object[] states(List<RoundState> states, int from, long mostBytes) {
        int to = from;
        long bytes = 0;
        while (to < states.size() && (to == from || bytes + states.get(to).bytes().length <= mostBytes)) {
            bytes += states.get(to++).bytes().length;
        }
        int count = to - from;
        int[] rounds = new int[count];
        boolean[] areWhole = new boolean[count];
        byte[][] all = new byte[count][];
        for (int i = 0; i < count; i++) {
            RoundState state = states.get(from + i);
            rounds[i] = state.round();
            areWhole[i] = state.isWhole();
            all[i] = state.bytes();
        }
        return new Object[] {OK, rounds, areWhole, all};
    }

    /** The states of a reply to {@link #STATES}; none where the driver has no more. */
    static List<RoundState> states(Object[] reply) {
        int[] rounds = (int[]) reply[1];
        boolean[] areWhole = (boolean[]) reply[2];
        byte[][] all = (byte[][]) reply[3];
        List<RoundState> states = new ArrayList<>();
        for (int i = 0; i < rounds.length; i++) {
            states.add(new RoundState(rounds[i], all[i], areWhole[i]));
        }
        return states;
    }
}
