package org.sparkmlext.net;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What decides the numbers of a run: a checkpoint is only good for runs of the same origin.
 *
 * @param settings name to text, as {@link NetworkSettings#described} gives them
 * @param network JSON of the network with its head
 * @param rows what is learnt from
 */
record RunOrigin(Map<String, String> settings, String network, RowsDigest rows) {

    private static final int SHOWN = 120;

    RunOrigin {
        settings = new LinkedHashMap<>(settings);
    }

    /** @throws IllegalArgumentException if the settings are others than these; names the first that differs, and both values */
    void requireSettings(Map<String, String> now) {
        for (Map.Entry<String, String> setting : now.entrySet()) {
            String before = settings.getOrDefault(setting.getKey(), "unknown");
            if (!before.equals(setting.getValue())) {
                throw new IllegalArgumentException("is of a run with other settings: " + setting.getKey() + " is "
                        + difference(before, setting.getValue()) + ". Only maxEpochs may differ. "
                        + remedy("settings"));
            }
        }
    }

    /** @throws IllegalArgumentException if the rows are others than these; has both */
    void requireRows(RowsDigest now) {
        if (!rows.equals(now)) {
            throw new IllegalArgumentException("is of a run on other rows: " + rows.describe() + " there, "
                    + now.describe() + " here. " + remedy("rows and numWorkers"));
        }
    }

    private static String remedy(String what) {
        return "Train with the same " + what + ", set checkpointDir to another directory, or delete that one.";
    }

    /** Both values; of long texts such as a network's JSON the first lines that differ. */
    private static String difference(String before, String now) {
        List<String> there = before.lines().toList();
        List<String> here = now.lines().toList();
        int line = 0;
        while (line < Math.min(there.size(), here.size()) && there.get(line).equals(here.get(line))) {
            line++;
        }
        return shown(there, line) + " there and " + shown(here, line) + " here";
    }

    private static String shown(List<String> lines, int line) {
        String text = line < lines.size() ? lines.get(line).strip() : "";
        return "'" + (text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text) + "'";
    }
}
