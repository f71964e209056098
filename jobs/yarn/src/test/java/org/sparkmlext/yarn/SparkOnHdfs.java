package org.sparkmlext.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.jobs.Main;
import org.sparkmlext.jobs.quickstart.CustomerRows;

/** A local Spark whose paths lie on HDFS unless they say otherwise, and the tables that the suites train on. */
final class SparkOnHdfs {

    private SparkOnHdfs() {}

    static SparkSession start(HadoopCluster cluster) {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.hadoop.fs.defaultFS", cluster.uri())
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.warehouse.dir", cluster.uri() + "/warehouse")
                .getOrCreate();
    }

    /** Customers of several types, with missing values; the label is {@code left}. */
    static Dataset<Row> customers(SparkSession session, int rows) {
        CustomerRows customers = new CustomerRows(3);
        List<Row> all = LongStream.range(0, rows).mapToObj(customers::row).toList();
        return session.createDataFrame(all, CustomerRows.schema()).repartition(2);
    }

    /** Twelve days of hours at two sites: a load that swings with the day. */
    static Dataset<Row> load(SparkSession session) {
        return session.sql("SELECT timestamp_seconds(1700000000 + hour.id * 3600) AS at, site.name AS site,"
                + " 50 + 10 * sin(hour.id * pi() / 12) + site.id + (hour.id * 7919 % 13) / 13 AS load"
                + " FROM range(288) AS hour CROSS JOIN (VALUES (0, 'north'), (30, 'south')) AS site(id, name)");
    }

    /** Runs a command line that must go well. */
    static String run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int code = Main.run(arguments, out, out);
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(code).as(text).isZero();
        return text;
    }
}
