package org.sparkmlext.sql;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.table.TableLayout;

/**
 * What a warehouse knows of a version of a model without loading it; {@code _model.json} beside the model. Of a model directory outside a
 * warehouse only what its training table tells is known, and the rest is empty.
 *
 * @param formatVersion of this file: {@link #FORMAT_VERSION} where this version has written it
 * @param name of the model, in lower case
 * @param version from 1 on; 0 outside a warehouse
 * @param algorithm as it is named in SQL: {@code boosted_trees_classifier}
 * @param columns that the model reads, in the order of its training
 * @param label column of labels, or null where it has learnt from none
 * @param classes texts of the labels in the order of the classes 0, 1, ...; empty where labels are numbers
 * @param query that it has learnt from, as it was written
 * @param options as they were given
 * @param created time in UTC, such as {@code 2024-03-01T12:30:00Z}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ModelFacts(
        int formatVersion,
        String name,
        int version,
        String algorithm,
        List<Column> columns,
        @Nullable String label,
        List<String> classes,
        String query,
        Map<String, String> options,
        String created) {

    /** What this version of the library writes, and the newest that it reads. */
    public static final int FORMAT_VERSION = 1;

    /**
     * A column that a model reads.
     *
     * @param type as Spark's catalog has it, such as {@code double} or {@code array<float>}; empty where it is not known
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Column(String name, String type) {}

    public ModelFacts {
        columns = List.copyOf(columns);
        classes = List.copyOf(classes);
        options = new LinkedHashMap<>(options);
    }

    /** What a training table tells of a model that is in no warehouse. */
    static ModelFacts ofDirectory(@Nullable TableLayout layout) {
        return new ModelFacts(
                FORMAT_VERSION,
                "",
                0,
                "",
                layout == null ? List.of() : columns(layout, new StructType()),
                layout == null ? null : layout.label(),
                layout == null ? List.of() : classes(layout),
                "",
                Map.of(),
                "");
    }

    /**
     * The columns that a model reads when it predicts.
     *
     * @param schema of the training table
     */
    static List<Column> columns(TableLayout layout, StructType schema) {
        Map<String, String> types = new LinkedHashMap<>();
        for (StructField field : schema.fields()) {
            types.put(field.name(), field.dataType().catalogString());
        }
        return layout.usedColumns(false).stream()
                .map(name -> new Column(name, types.getOrDefault(name, "")))
                .toList();
    }

    /** The first text of each class; empty where labels are numbers. */
    static List<String> classes(TableLayout layout) {
        Map<Double, String> texts = new TreeMap<>();
        layout.labelValues().forEach((text, number) -> texts.putIfAbsent(number, text));
        return new ArrayList<>(texts.values());
    }

    /** These facts of a version. */
    ModelFacts ofVersion(int number) {
        return new ModelFacts(formatVersion, name, number, algorithm, columns, label, classes, query, options, created);
    }

    String toJson() {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * @param source where the text comes from, for the message
     * @throws BadInputException if the text is damaged, or a newer version has written it
     */
    static ModelFacts fromJson(String json, String source) {
        try {
            ObjectMapper mapper = new ObjectMapper();
            JsonNode root = mapper.readTree(json);
            int format = root.path("formatVersion").asInt(0);
            if (format > FORMAT_VERSION) {
                throw new BadInputException(source + " was written by a newer version of spark-ml-ext: its format is "
                        + format + ", and this one reads formats up to " + FORMAT_VERSION
                        + "; use the newer version, or create the model again");
            }
            if (format < 1) {
                throw new BadInputException(source + " is damaged: it has no formatVersion; " + REMEDY);
            }
            return mapper.treeToValue(root, ModelFacts.class);
        } catch (JsonProcessingException damaged) {
            throw new BadInputException(
                    source + " is damaged: " + damaged.getOriginalMessage() + "; " + REMEDY, damaged);
        }
    }

    private static final String REMEDY = "drop the model and create it again, or restore its directory";
}
