package org.sparkmlext.sql;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.NearestName;

/**
 * The name of a model in a warehouse. Like a table's it has no case; it is also the name of a directory, so that nothing but letters,
 * digits and {@code _} is allowed.
 *
 * @param text in lower case
 */
record ModelName(String text) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_]{1,128}");

    ModelName {
        if (!isAllowed(text) || !text.equals(text.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("model name '" + text + "'");
        }
    }

    static boolean isAllowed(String text) {
        return ALLOWED.matcher(text).matches();
    }

    /**
     * A name as it was given.
     *
     * @param known names that it may have meant
     * @throws BadInputException if it is not allowed; suggests a name that is
     */
    static ModelName of(String text, Collection<String> known) {
        if (isAllowed(text)) {
            return new ModelName(text.toLowerCase(Locale.ROOT));
        }
        String plain = text.replaceAll("[^A-Za-z0-9_]+", "_");
        String near = NearestName.of(text, known).orElse(plain.length() > 128 ? plain.substring(0, 128) : plain);
        throw new BadInputException("model name '" + text
                + "' is not allowed: a name is 1 to 128 letters (a-z), digits and _"
                + (isAllowed(near) && !near.matches("_+") ? "; did you mean '" + near + "'?" : ""));
    }
}
