package org.sparkmlext.jobs;

import java.util.Locale;
import org.sparkmlext.ml.input.OptionNames;

/** Options as the command line and a job file have them. */
public final class CommandLineNames implements OptionNames {
    public static final OptionNames NAMES = new CommandLineNames();

    private CommandLineNames() {}

    @Override
    public String of(String option) {
        return "--" + option.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    @Override
    public String with(String option, String value) {
        return of(option) + " " + value + " (key '" + option + "' in a job file)";
    }

    @Override
    public String param(String name, String value) {
        return "--set " + name + "=" + value;
    }

    @Override
    public String algorithm(String text) {
        return text;
    }
}
