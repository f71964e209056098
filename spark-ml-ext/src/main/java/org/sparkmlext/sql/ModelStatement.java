package org.sparkmlext.sql;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement on models, as it was written: names, options and algorithms are not checked yet. */
sealed interface ModelStatement {

    /**
     * @param query place where the query begins in the statement
     * @param queryText the query
     */
    record Create(
            String name,
            boolean replace,
            boolean ifNotExists,
            String algorithm,
            Map<String, String> options,
            int query,
            String queryText)
            implements ModelStatement {

        public Create {
            options = new LinkedHashMap<>(options);
        }
    }

    /** @param pattern names in which {@code *} stands for anything and {@code |} for or; null means all */
    record Show(@Nullable String pattern) implements ModelStatement {}

    record Describe(String name, boolean extended) implements ModelStatement {}

    record Drop(String name, boolean ifExists) implements ModelStatement {}

    /** @param query place where the query begins in the statement */
    record Evaluate(String name, int query) implements ModelStatement {}

    record Explain(String name) implements ModelStatement {}
}
