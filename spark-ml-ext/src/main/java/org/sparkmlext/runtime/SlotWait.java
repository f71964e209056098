package org.sparkmlext.runtime;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long the driver has waited for slots, and what is said of it meanwhile and in the end. Not thread-safe. */
final class SlotWait {

    private static final Logger LOG = LoggerFactory.getLogger(SlotWait.class);
    private static final long REMIND_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long PROGRESS_NANOS = Duration.ofSeconds(5).toNanos();

    private final RunRecord record;
    private final int numWorkers;
    private final Deadlines deadlines;
    private final @Nullable Roster roster;
    private final String slotSettings;
    private long since;
    private long remindedNanos;

    /**
     * @param roster who is there; null where nobody is until all are
     * @param slotSettings what decides how many slots there can be, for people
     */
    SlotWait(RunRecord record, int numWorkers, Deadlines deadlines, @Nullable Roster roster, String slotSettings) {
        this.record = record;
        this.numWorkers = numWorkers;
        this.deadlines = deadlines;
        this.roster = roster;
        this.slotSettings = slotSettings;
        begin();
    }

    /** The wait begins now. */
    void begin() {
        since = System.nanoTime();
        remindedNanos = since;
    }

    /** Looks at the wait for the first attempt; returns what there is to say if it was too long, else null. */
    @Nullable
    String checkStart(long now) {
        int numPresent = roster == null ? 0 : roster.numPresent();
        if (numPresent > 0) {
            remind(now, "for slots", deadlines.slots(), "slotsTimeout");
            return now - since <= deadlines.slots().toNanos()
                    ? null
                    : "only " + numPresent + " of " + numWorkers + " workers got a slot within "
                            + deadlines.slots().toSeconds() + " s (spark.sparkmlext.slotsTimeout)" + remedy();
        }
        remind(now, "for the first worker to run; other jobs may hold the slots", deadlines.start(), "startTimeout");
        return now - since <= deadlines.start().toNanos()
                ? null
                : "no rank was started within " + deadlines.start().toSeconds()
                        + " s (spark.sparkmlext.startTimeout): the cluster did not give " + numWorkers
                        + " slots at once" + remedy();
    }

    /** Looks at the wait for the next attempt; returns what there is to say if it was too long, else null. */
    @Nullable
    String checkRegroup(long now, String loss) {
        remind(now, "for slots for the next attempt after: " + loss, deadlines.regroup(), "regroupTimeout");
        return now - since <= deadlines.regroup().toNanos()
                ? null
                : loss + "; the cluster did not give " + numWorkers + " slots for another attempt within "
                        + deadlines.regroup().toSeconds() + " s (spark.sparkmlext.regroupTimeout)" + remedy();
    }

    private String remedy() {
        return roster == null
                ? ""
                : "; there are: " + roster.present() + ". Spark may have " + slotSettings
                        + ". Lower numWorkers, or make room for more executors: spark.dynamicAllocation.maxExecutors,"
                        + " spark.executor.cores, the cluster itself";
    }

    /** More often where executors come and go, for there it is no sign of anything wrong. */
    private void remind(long now, String what, Duration deadline, String setting) {
        long seconds = (now - since) / 1_000_000_000L;
        if (roster == null) {
            if (now - remindedNanos > REMIND_NANOS) {
                remindedNanos = now;
                LOG.warn("Training waits since {} s {}", seconds, what);
            }
        } else if (now - remindedNanos > PROGRESS_NANOS) {
            remindedNanos = now;
            String text = "training waits since " + seconds + " s " + what + ": " + roster.numPresent() + " of "
                    + numWorkers + " workers are there (" + roster.present() + "); it gives up after "
                    + deadline.toSeconds() + " s (spark.sparkmlext." + setting + ")";
            LOG.info("{}", text);
            record.waiting(text);
        }
    }
}
