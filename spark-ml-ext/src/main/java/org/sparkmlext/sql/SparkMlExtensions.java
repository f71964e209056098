package org.sparkmlext.sql;

import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Models in SQL: CREATE MODEL, SHOW MODELS, DESCRIBE MODEL, DROP MODEL, EVALUATE MODEL and EXPLAIN MODEL, and the functions of
 * {@link Predictions}. Spark finds it by itself when the jar is on the class path as a session is made; {@code spark.sql.extensions} may
 * name it too.
 */
public final class SparkMlExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit>
        implements SparkSessionExtensionsProvider {

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        extensions.injectParser(ModelParser::of);
        Predictions.register(extensions);
        return BoxedUnit.UNIT;
    }
}
