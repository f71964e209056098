package org.sparkmlext.jobs.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/**
 * Holds our default shape of trees against lightgbm4j's on the same folds of public sets. The peer runs in a process of its
 * own, since a native library can take its process with it; the metric of both comes from one implementation.
 */
public final class QualityComparison {
    private static final String HEADER = """
            | set | metric | rows | ours | lightgbm4j | ours - peer | in its SE | in SE of the fold differences | judgement |
            |---|---|---|---|---|---|---|---|---|
            """;

    private final Plan plan;
    private final PrintStream out;

    /**
     * @param sets in order
     * @param data directory with a folder a set
     * @param foldCount folds of every set
     * @param trees boosting rounds
     * @param threads cores of the peer
     * @param heap of the peer's JVM
     * @param limitSeconds longest run of the peer on a set
     * @param peers folder of the peers' modules
     * @param work folder for logs and exchanged files
     */
    public record Plan(
            List<QualitySet> sets,
            Path data,
            int foldCount,
            int trees,
            int threads,
            String heap,
            int limitSeconds,
            Path peers,
            Path work) {}

    public QualityComparison(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs all sets; prints every fold and at last the table. */
    public void run(SparkSession session) {
        out.println(
                plan.foldCount() + " folds, " + plan.trees()
                        + " trees of 63 leaves, 255 bins, learning rate 0.1, lambda 1, child weight 1, rows in a leaf 1, no sampling");
        StringBuilder rows = new StringBuilder(HEADER);
        for (QualitySet set : plan.sets()) {
            FoldTable table = set.read(plan.data(), plan.foldCount());
            FoldScores peer = FoldScores.of(table, set.target(), peerPredictions(set, table));
            FoldScores ours = FoldScores.of(
                    table,
                    set.target(),
                    new OwnFolds(session, plan.trees()).predictions(table, set.target(), plan.foldCount()));
            out.println(line(set, "ours", ours));
            out.println(line(set, "lightgbm4j", peer));
            rows.append(row(set, table.rows(), ours, peer));
        }
        out.println();
        out.print(rows);
        out.println();
        out.println(
                "Mean over folds +- standard error (SE). Smaller is better. Judged by the peer's SE: worse means by more"
                        + " than one.");
    }

    private double[][] peerPredictions(QualitySet set, FoldTable table) {
        Path tableFile = plan.work().resolve(set.text() + ".folds");
        Path predictions = plan.work().resolve(set.text() + ".predictions");
        try {
            Files.createDirectories(plan.work());
            table.write(tableFile);
            new TimedProcess(plan.peers(), plan.work(), plan.heap(), plan.limitSeconds())
                    .run(
                            BenchSystem.lightgbmFolds(),
                            List.of(
                                    "set=" + set.text(),
                                    "target=" + set.target(),
                                    "classes=" + set.classes(),
                                    "folds=" + plan.foldCount(),
                                    "trees=" + plan.trees(),
                                    "threads=" + plan.threads(),
                                    "table=" + tableFile.toAbsolutePath(),
                                    "predictions=" + predictions.toAbsolutePath()));
            return FoldTable.readPredictions(predictions);
        } catch (IOException failed) {
            throw new UncheckedIOException("set '" + set.text() + "' cannot be handed to the peer", failed);
        }
    }

    private static String line(QualitySet set, String system, FoldScores scores) {
        List<String> folds = new ArrayList<>();
        for (double score : scores.byFold()) {
            folds.add(figure(score));
        }
        return set.text() + " " + system + ": " + set.target().metric() + " by fold " + String.join(" ", folds);
    }

    static String row(QualitySet set, int rows, FoldScores ours, FoldScores peer) {
        String start = "| " + set.text() + " | " + set.target().metric() + " | " + rows + " | ";
        FoldScores difference = ours.minus(peer);
        double inItsError = difference.mean() / peer.standardError();
        String judgement = inItsError > 1 ? "worse" : difference.mean() < 0 ? "better" : "level";
        return start
                + String.format(
                        Locale.ROOT,
                        "%s | %s | %s | %+.2f | %+.2f | %s |\n",
                        mean(ours),
                        mean(peer),
                        figure(difference.mean()),
                        inItsError,
                        difference.mean() / difference.standardError(),
                        judgement);
    }

    private static String mean(FoldScores scores) {
        return figure(scores.mean()) + " +- " + figure(scores.standardError());
    }

    /** Six digits behind the point, fewer where the target is large. */
    private static String figure(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.1f" : "%.6f", value);
    }
}
