package org.sparkmlext.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.ModelLayout;

/**
 * The additive array cut into parts that are added over ranks one after the other: the end of the array first, as the backward pass
 * completes it, so that one part can travel while the gradients of the next are computed. Cuts lie between parameters and follow from the
 * layout alone: all ranks have the same ones, also a rank that computes nothing.
 */
final class SumBuckets {

    /** A part {@code [from, to)} of the array. */
    record Bucket(int from, int to) {
        int length() {
            return to - from;
        }
    }

    private final List<Bucket> buckets;
    private final int[] missing;
    private int next;

    /** @param floats a bucket is closed when it has so many numbers; only the last one may have fewer */
    SumBuckets(ModelLayout layout, int floats) {
        List<Bucket> cut = new ArrayList<>();
        List<FlatLayout.Entry> parameters = layout.parameters().entries();
        int end = layout.additiveLength();
        for (int p = parameters.size() - 1; p >= 0; p--) {
            int from = parameters.get(p).offset();
            if (p == 0 || end - from >= floats) {
                cut.add(new Bucket(from, end));
                end = from;
            }
        }
        buckets = List.copyOf(cut);
        missing = new int[buckets.size()];
        restart();
    }

    /** All parts in the order of their sums. */
    List<Bucket> all() {
        return buckets;
    }

    /** Nothing is complete again. */
    void restart() {
        Arrays.setAll(missing, bucket -> buckets.get(bucket).length());
        next = 0;
    }

    /** {@code [from, to)} is complete; gives the parts whose turn it is now. */
    List<Bucket> completed(int from, int to) {
        for (int b = next; b < missing.length; b++) {
            Bucket bucket = buckets.get(b);
            missing[b] -= Math.max(0, Math.min(to, bucket.to()) - Math.max(from, bucket.from()));
        }
        int first = next;
        while (next < missing.length && missing[next] == 0) {
            next++;
        }
        return buckets.subList(first, next);
    }
}
