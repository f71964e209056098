package org.sparkmlext.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.testing.LocalSpark;

/** A session with a warehouse of its own, in which nothing but SQL is said. */
final class SqlSession {
    private final SparkSession session = LocalSpark.session().newSession();

    SqlSession(Path models) {
        session.conf().set(ModelWarehouse.DIRECTORY, models.toString());
    }

    SparkSession spark() {
        return session;
    }

    List<Row> sql(String statement) {
        return session.sql(statement).collectAsList();
    }

    Row one(String statement) {
        List<Row> rows = sql(statement);
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    /** A result of two columns as a map. */
    Map<String, Object> map(String statement) {
        Map<String, Object> map = new LinkedHashMap<>();
        sql(statement).forEach(row -> map.put(row.getString(0), row.get(1)));
        return map;
    }

    /** The statement fails, and its message says all of this. */
    void refuses(String statement, String... parts) {
        assertThatThrownBy(() -> sql(statement))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).contains(parts));
    }
}
