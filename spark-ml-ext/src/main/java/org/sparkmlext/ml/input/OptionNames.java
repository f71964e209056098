package org.sparkmlext.ml.input;

/**
 * How options are spelled where they are given, so that a message names what its reader can type: {@code --label-mapping} on a command
 * line, {@code label_mapping} in SQL.
 */
public interface OptionNames {

    /**
     * An option's own name.
     *
     * @param option in camel case: {@code labelMapping}
     */
    String of(String option);

    /**
     * An option with a value, as it is to be typed: {@code --label last}.
     *
     * @param option as in the other method
     */
    String with(String option, String value);

    /** A Param of a stage with a value, as it is to be typed: {@code --set height=28}. */
    String param(String name, String value);

    /**
     * An algorithm's name.
     *
     * @param text in lower case with hyphens: {@code cnn-classifier}
     */
    String algorithm(String text);
}
