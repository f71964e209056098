package org.sparkmlext.kernels.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels.SplitTask;

/** The search for splits on the CPU: features cut into pieces, each thread with a {@link SplitSearch} of its own. */
final class CpuSplitKernels {

    /** Features of one piece. */
    private static final int PIECE_FEATURES = 8;

    /** Bins below which a second thread costs more than it brings. */
    private static final int MIN_BINS_PER_THREAD = 2048;

    private final CpuBackend backend;
    private final Ownership ownership;
    /** One a thread. */
    private final SplitSearch[] searches;

    CpuSplitKernels(CpuBackend backend) {
        this.backend = backend;
        ownership = new Ownership(backend);
        searches = new SplitSearch[backend.team().numThreads()];
        Arrays.setAll(searches, i -> new SplitSearch());
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#findSplits}. */
    List<SplitCandidate> find(HistogramPool pool, List<SplitTask> tasks, SplitRules rules, GradientScale scale) {
        CpuHistogramPool own = ownership.own(pool, CpuHistogramPool.class, "pool");
        rules.requireCounts(own.hasCounts());
        int[] firstPiece = new int[tasks.size() + 1];
        for (int t = 0; t < tasks.size(); t++) {
            tasks.get(t).requireFits(own);
            firstPiece[t + 1] = firstPiece[t] + (tasks.get(t).features().length + PIECE_FEATURES - 1) / PIECE_FEATURES;
        }
        SplitCandidate[] found = new SplitCandidate[firstPiece[tasks.size()]];
        int maxThreads = 1 + (int) ((long) own.layout().totalBins() * tasks.size() / MIN_BINS_PER_THREAD);
        backend.team().forEach(found.length, maxThreads, (worker, piece) -> {
            int t = 0;
            while (firstPiece[t + 1] <= piece) {
                t++;
            }
            int[] features = tasks.get(t).features();
            int from = (piece - firstPiece[t]) * PIECE_FEATURES;
            SplitSearch search = searches[worker];
            search.start(own, tasks.get(t).slot(), features[from], rules, scale);
            for (int i = from; i < Math.min(features.length, from + PIECE_FEATURES); i++) {
                search.look(features[i]);
            }
            found[piece] = search.best();
        });
        List<SplitCandidate> best = new ArrayList<>(tasks.size());
        for (int t = 0; t < tasks.size(); t++) {
            SplitCandidate winner = SplitCandidate.NONE;
            for (int piece = firstPiece[t]; piece < firstPiece[t + 1]; piece++) {
                // Pieces have ascending features, so on equal gains the smaller feature stays.
                if (found[piece].isSplit() && (!winner.isSplit() || found[piece].gain() > winner.gain())) {
                    winner = found[piece];
                }
            }
            best.add(winner);
        }
        return best;
    }
}
