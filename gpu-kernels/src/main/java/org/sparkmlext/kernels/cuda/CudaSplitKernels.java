package org.sparkmlext.kernels.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkmlext.kernels.cuda.device.CudaDevice;
import org.sparkmlext.kernels.cuda.device.CudaOwnership;
import org.sparkmlext.kernels.cuda.device.CudaScratch;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.tree.GradientScale;
import org.sparkmlext.kernels.tree.HistogramPool;
import org.sparkmlext.kernels.tree.SplitCandidate;
import org.sparkmlext.kernels.tree.SplitRules;
import org.sparkmlext.kernels.tree.TreeKernels.SplitTask;

/** Launches the kernels of {@code splits.cu}: all features of all nodes, then the best of each node. */
final class CudaSplitKernels {

    private static final String FILE = "splits";
    private static final int THREADS = 128;
    private static final int WARPS = THREADS / 32;
    /** Longs of a candidate: gain, bin and side, hessian sums left and right. */
    private static final int CANDIDATE = 4;

    private final CudaDevice device;
    private final CudaOwnership ownership;
    private final CudaScratch lists;
    private final CudaScratch candidates;
    private final CudaScratch best;

    CudaSplitKernels(CudaDevice device) {
        this.device = device;
        ownership = new CudaOwnership(device);
        String what = "a search for splits";
        lists = new CudaScratch(device, what);
        candidates = new CudaScratch(device, what);
        best = new CudaScratch(device, what);
    }

    /** {@link org.sparkmlext.kernels.tree.TreeKernels#findSplits}. */
    List<SplitCandidate> find(HistogramPool pool, List<SplitTask> tasks, SplitRules rules, GradientScale scale) {
        CudaHistogramPool own = ownership.own(pool, CudaHistogramPool.class, "pool");
        rules.requireCounts(own.hasCounts());
        int[] firstPairs = new int[tasks.size() + 1];
        for (int t = 0; t < tasks.size(); t++) {
            tasks.get(t).requireFits(own);
            firstPairs[t + 1] = Math.addExact(firstPairs[t], tasks.get(t).features().length);
        }
        int numPairs = firstPairs[tasks.size()];
        int[] slotOfPairs = new int[numPairs];
        int[] featureOfPairs = new int[numPairs];
        for (int t = 0; t < tasks.size(); t++) {
            int[] ofTask = tasks.get(t).features();
            System.arraycopy(ofTask, 0, featureOfPairs, firstPairs[t], ofTask.length);
            Arrays.fill(
                    slotOfPairs, firstPairs[t], firstPairs[t + 1], tasks.get(t).slot());
        }
        long[] found = new long[tasks.size() * (CANDIDATE + 1)];
        if (numPairs > 0) {
            DeviceMemory all = candidates.bytes((long) numPairs * CANDIDATE * Long.BYTES);
            List<DeviceMemory> ofPairs = lists.of(slotOfPairs, featureOfPairs, firstPairs);
            device.kernel(FILE, "find_splits")
                    .launch(
                            Grid.covering(numPairs, WARPS, THREADS),
                            own.cells(),
                            own.slotLength(),
                            own.cellWidth(),
                            own.offsets(),
                            ofPairs.get(0),
                            ofPairs.get(1),
                            numPairs,
                            rules.lambdaL2(),
                            rules.lambdaL1(),
                            rules.minSplitGain(),
                            rules.minChildWeight(),
                            own.hasCounts() ? rules.minDataInLeaf() : 0,
                            scale.histogramGradientUnit(),
                            scale.histogramHessianUnit(),
                            all);
            DeviceMemory ofTasks = best.bytes((long) found.length * Long.BYTES);
            device.kernel(FILE, "best_splits")
                    .launch(Grid.covering(tasks.size(), WARPS, THREADS), all, ofPairs.get(2), tasks.size(), ofTasks);
            ofTasks.copyOut(0, found, 0, found.length);
        }
        List<SplitCandidate> splits = new ArrayList<>(tasks.size());
        for (int t = 0; t < tasks.size(); t++) {
            splits.add(numPairs == 0 ? SplitCandidate.NONE : candidate(found, t * (CANDIDATE + 1), featureOfPairs));
        }
        return splits;
    }

    private static SplitCandidate candidate(long[] found, int at, int[] featureOfPairs) {
        if (found[at] < 0) {
            return SplitCandidate.NONE;
        }
        return new SplitCandidate(
                featureOfPairs[(int) found[at]],
                (int) (found[at + 2] >> 1),
                (found[at + 2] & 1) != 0,
                Double.longBitsToDouble(found[at + 1]),
                found[at + 3],
                found[at + 4]);
    }
}
