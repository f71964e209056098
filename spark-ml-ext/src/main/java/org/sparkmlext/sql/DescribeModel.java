package org.sparkmlext.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.training.ModelDescription;
import org.sparkmlext.ml.training.ModelDirectory;

/** Tells what is known of the newest version of a model; extended also where it lies, what it learnt from, and what is in it. */
final class DescribeModel {
    static final StructType SCHEMA =
            new StructType().add("property", DataTypes.StringType).add("value", DataTypes.StringType);

    private final String name;
    private final boolean extended;

    DescribeModel(String name, boolean extended) {
        this.name = name;
        this.extended = extended;
    }

    List<Row> run(SparkSession session) {
        ModelWarehouse warehouse = new ModelWarehouse(session);
        ModelName found = warehouse.name(name);
        Stored stored = warehouse.find(found.text());
        ModelFacts facts = stored.facts();
        List<Row> rows = new ArrayList<>();
        add(rows, "model", facts.name());
        add(rows, "version", Integer.toString(facts.version()));
        add(rows, "algorithm", facts.algorithm());
        add(rows, "created", facts.created());
        if (facts.label() != null) {
            add(rows, "label", facts.label());
        }
        if (!facts.classes().isEmpty()) {
            add(rows, "classes", String.join(", ", facts.classes()));
        }
        facts.columns().forEach(column -> add(rows, "column " + column.name(), column.type()));
        facts.options().forEach((key, value) -> add(rows, "option " + key, value));
        if (extended) {
            add(
                    rows,
                    "versions",
                    warehouse.versions(found).stream()
                            .map(number -> "v" + number)
                            .collect(Collectors.joining(", ")));
            add(rows, "path", stored.path());
            add(rows, "query", facts.query());
            new ModelDescription(session)
                    .describe(stored.path(), new ModelDirectory(session).load(stored.path()))
                    .lines()
                    .forEach(line -> add(rows, "content", line));
        }
        return rows;
    }

    private static void add(List<Row> rows, String property, String value) {
        rows.add(RowFactory.create(property, value));
    }
}
