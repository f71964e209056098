package org.sparkmlext.ml.feature;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap$;

/** The Param {@code overrides}, read: settings of single columns. */
final class ColumnOverrides {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    private final TableAssemblerParams stage;
    private final JsonNode byColumn;

    private ColumnOverrides(TableAssemblerParams stage, JsonNode byColumn) {
        this.stage = stage;
        this.byColumn = byColumn;
    }

    /** @throws IllegalArgumentException if the Param holds no object of objects */
    static ColumnOverrides of(TableAssemblerParams stage) {
        String text = stage.getOverrides().isBlank() ? "{}" : stage.getOverrides();
        JsonNode byColumn;
        try {
            byColumn = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(refusal(text) + " (" + e.getOriginalMessage() + ")", e);
        }
        if (!byColumn.isObject()) {
            throw new IllegalArgumentException(refusal(text));
        }
        for (Map.Entry<String, JsonNode> column : byColumn.properties()) {
            if (!column.getValue().isObject()) {
                throw new IllegalArgumentException(refusal(text));
            }
        }
        return new ColumnOverrides(stage, byColumn);
    }

    private static String refusal(String text) {
        return "overrides is \"" + text + "\"; allowed: a JSON object of column to object of Param to value, such as"
                + " {'age': {'scaling': 'robust'}}";
    }

    /** Columns that have settings of their own. */
    List<String> columns() {
        return byColumn.properties().stream().map(Map.Entry::getKey).toList();
    }

    /**
     * The rules for a column.
     *
     * @param column its name as in inputCols
     * @throws IllegalArgumentException if a setting is unknown, of another kind of column, or not allowed
     */
    ColumnRules rules(String column, ColumnKind kind) {
        TableColumnParams changed = (TableColumnParams) stage.copy(ParamMap$.MODULE$.empty());
        for (Map.Entry<String, JsonNode> rule : byColumn.path(column).properties()) {
            try {
                set(changed, rule.getKey(), rule.getValue(), kind);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("overrides of column '" + column + "': " + e.getMessage(), e);
            }
        }
        return ColumnRules.of(changed);
    }

    private static void set(TableColumnParams stage, String name, JsonNode value, ColumnKind kind) {
        if (!kind.rules().contains(name)) {
            throw new IllegalArgumentException(
                    ColumnKind.allRules().contains(name)
                            ? name + " has no say in columns of kind " + kind + "; allowed: " + kind.rules()
                            : "there is no Param '" + name + "' for columns; allowed: " + kind.rules());
        }
        Param<Object> param = stage.getParam(name);
        stage.set(param, decoded(param, value));
    }

    private static Object decoded(Param<Object> param, JsonNode value) {
        // A Param of Double has a class of its own, which erasure hides from the compiler; Spark's refuses 0 for 0.0.
        Object declared = param;
        if (declared instanceof DoubleParam && value.isNumber()) {
            return value.doubleValue();
        }
        try {
            return param.jsonDecode(value.toString());
        } catch (Exception e) {
            // Scala's, of a checked class that Java cannot know of.
            throw new IllegalArgumentException(
                    param.name() + " is " + value + ", which is of another type; it is: " + param.doc(), e);
        }
    }
}
