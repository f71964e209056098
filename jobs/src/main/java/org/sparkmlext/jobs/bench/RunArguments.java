package org.sparkmlext.jobs.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Arguments {@code key=value} of one timed run, the same for every system. JDK only. */
public final class RunArguments {
    private final Map<String, String> values = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if an argument has no sign of equality */
    public RunArguments(String[] arguments) {
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            if (at < 1) {
                throw new IllegalArgumentException("run argument '" + argument + "': want key=value");
            }
            values.put(argument.substring(0, at), argument.substring(at + 1));
        }
    }

    /** @throws IllegalArgumentException if the key is missing */
    public String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("run argument '" + key + "' is missing; got " + values);
        }
        return value;
    }

    public String text(String key, String defaultValue) {
        return values.getOrDefault(key, defaultValue);
    }

    public int number(String key) {
        return Integer.parseInt(text(key));
    }
}
