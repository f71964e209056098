package org.sparkmlext.runtime;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.RoundReport;
import org.sparkmlext.training.RoundState;

/** One rank's line to the driver. Methods may be called from several threads and return at once. */
interface RankLink {

    /** Tells what the rank does now, e.g. {@code round 7}: every error names it. */
    void enter(String phase);

    /** Hands a finished round to the driver; called on every rank, kept from rank 0. */
    void roundFinished(RoundReport report, RoundState state);

    /** What the driver says of a finished round. */
    enum Verdict {
        /** Nothing yet. */
        WAIT,
        GO_ON,
        /** Training ends with it. */
        END
    }

    /** Asks for the verdict on a finished round; the same on all ranks once there is one. */
    Verdict verdict(int round);

    /** Tells how far the round has come; the latest counts. */
    void progressed(ProgressReport report);

    /** Why this rank shall stop, or null as long as it shall go on. */
    @Nullable
    String cancelReason();
}
