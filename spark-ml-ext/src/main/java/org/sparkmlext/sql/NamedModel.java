package org.sparkmlext.sql;

import org.apache.spark.sql.SparkSession;

/**
 * A version of a model that a query names.
 *
 * @param source the name or path in the query
 * @param version as {@link Stored#version}
 */
record NamedModel(String source, String version, ServedModel model) {

    /**
     * The newest version now.
     *
     * @throws org.sparkmlext.ml.input.BadInputException if there is no such model, it is damaged, or it cannot predict in queries
     */
    static NamedModel newest(SparkSession session, String source) {
        Stored stored = new ModelWarehouse(session).find(source);
        return new NamedModel(source, stored.version(), ModelCache.of(session).model(session, stored.path()));
    }
}
