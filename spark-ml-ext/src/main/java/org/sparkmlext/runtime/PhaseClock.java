package org.sparkmlext.runtime;

import java.util.LinkedHashMap;
import java.util.Map;

/** Wall-clock seconds of a run by phase. Used by the driver's thread only. */
final class PhaseClock {

    private final Map<String, Double> secondsByPhase = new LinkedHashMap<>();
    private String phase = "";
    private long since = System.nanoTime();

    /** Ends the current phase and starts another; a phase entered twice adds up. */
    void enter(String next) {
        enter(next, System.nanoTime());
    }

    /** The same for a phase that began a moment ago, at this {@link System#nanoTime}. */
    void enter(String next, long now) {
        if (!phase.isEmpty()) {
            secondsByPhase.merge(phase, (now - since) / 1e9, Double::sum);
        }
        phase = next;
        since = now;
    }

    /** Ends the current phase. */
    Map<String, Double> stop() {
        enter("");
        return secondsByPhase;
    }
}
