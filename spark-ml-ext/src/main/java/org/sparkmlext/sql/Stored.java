package org.sparkmlext.sql;

/**
 * A model that was found.
 *
 * @param path of its directory, which {@link org.sparkmlext.ml.training.ModelDirectory} loads
 * @param version tells this content of the directory from a later one: {@code v3} in a warehouse, else the time of its last change
 * @param facts what is known of it without loading it
 */
public record Stored(String path, String version, ModelFacts facts) {}
