package org.sparkmlext.net;

import java.util.HexFormat;
import org.sparkmlext.collective.Collective;

/**
 * Which rows a run learns from. Equal where the same rows lie on the same ranks, whatever their order on each: where the same numbers
 * come out.
 *
 * @param training rows of all ranks
 * @param validation likewise
 * @param workers ranks
 * @param digest of the rows' content, rank by rank
 */
record RowsDigest(long training, long validation, int workers, String digest) {

    /** Collective. */
    static RowsDigest of(RankRows training, RankRows validation, Collective collective) {
        long[] digests = new long[2 * collective.size()];
        digests[2 * collective.rank()] = training.rows().digest();
        digests[2 * collective.rank() + 1] = validation.rows().digest();
        collective.sum(digests, 0, digests.length);
        long all = 0;
        for (long digest : digests) {
            all = RowOrder.mix(all, digest);
        }
        return new RowsDigest(
                training.total(),
                validation.total(),
                collective.size(),
                HexFormat.of().toHexDigits(RowOrder.finish(all)));
    }

    /** For people. */
    String describe() {
        return training + " training and " + validation + " validation rows on " + workers
                + (workers == 1 ? " worker" : " workers") + ", content " + digest;
    }
}
