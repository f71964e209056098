package org.sparkmlext.sql;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Models in SQL: CREATE MODEL, SHOW MODELS, DESCRIBE MODEL, DROP MODEL, EVALUATE MODEL and EXPLAIN MODEL, and the functions of
 * {@link Predictions}. Spark finds it by itself when the jar is on the class path as a session is made; {@code spark.sql.extensions} may
 * name it too, or besides.
 */
public final class SparkMlExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit>
        implements SparkSessionExtensionsProvider {

    /** Spark comes twice where the setting names what it has found too. */
    private static final Set<SparkSessionExtensions> EXTENDED =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        if (EXTENDED.add(extensions)) {
            extensions.injectParser(ModelParser::of);
            Predictions.register(extensions);
        }
        return BoxedUnit.UNIT;
    }
}
