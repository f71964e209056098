package org.sparkmlext.jobs;

import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;

/**
 * What {@code ${...}} stands for in the strings of job files.
 *
 * <ul>
 *   <li>{@code ${name}}: {@code --var name=value}, or else the environment variable of that name;
 *   <li>{@code ${name:-default}}: the same, or the default where neither is set;
 *   <li>{@code ${env:NAME}}, {@code ${env:NAME:-default}}: the environment variable only.
 * </ul>
 *
 * @param given names to values, as the command line gives them
 * @param environment the process's
 */
record JobVariables(Map<String, String> given, Function<String, @Nullable String> environment) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(env:)?([A-Za-z_][\\w.-]*?)(?::-([^}]*))?}");
    private static final Pattern ANY = Pattern.compile("\\$\\{[^}]*}?");

    /**
     * @param file and {@code key} that the text stands under, for messages
     * @throws BadInputException if a variable is not set and has no default, or is misspelt
     */
    String replaceIn(String text, String file, String key) {
        return ANY.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value(found.group(), file, key)));
    }

    private String value(String variable, String file, String key) {
        String place = "job file " + file + ": key '" + key + "'";
        Matcher parts = VARIABLE.matcher(variable);
        if (!parts.matches()) {
            throw new BadInputException(
                    place + " has '" + variable + "'; variables are written ${name}, ${name:-default} or ${env:NAME}");
        }
        String name = parts.group(2);
        boolean isOfEnvironment = parts.group(1) != null;
        String value = isOfEnvironment || !given.containsKey(name) ? environment.apply(name) : given.get(name);
        if (value == null) {
            value = parts.group(3);
        }
        if (value != null) {
            return value;
        }
        if (isOfEnvironment) {
            throw new BadInputException(place + " needs the environment variable " + name + ", which is not set");
        }
        String hint = NearestName.of(name, given.keySet())
                .map(near -> " Did you mean '" + near + "'?")
                .orElse("");
        throw new BadInputException(place + " needs the variable " + name + ", which is not set; give --var " + name
                + "=VALUE or set an environment variable of that name." + hint);
    }
}
