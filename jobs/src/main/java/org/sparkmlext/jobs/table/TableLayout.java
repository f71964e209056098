package org.sparkmlext.jobs.table;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.jobs.BadInputException;

/**
 * What training found out about a table; kept beside the model so that scoring reads later files the same way.
 *
 * @param format of the training file
 * @param header CSV: whether the first line names the columns
 * @param separator CSV: field separator
 * @param missing texts that mean a missing value
 * @param columns CSV without header: names of all columns in order; otherwise empty
 * @param features feature columns in training order
 * @param stringFeatures those of them that hold strings
 * @param vector vector column trained on in place of {@code features}, or null
 * @param vectorSize its length, 0 without one
 * @param label label column
 * @param labelValues label values to classes; empty where the column itself holds numbers
 * @param weight weight column, or null
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TableLayout(
        TableFormat format,
        boolean header,
        String separator,
        List<String> missing,
        List<String> columns,
        List<String> features,
        List<String> stringFeatures,
        @Nullable String vector,
        int vectorSize,
        String label,
        Map<String, Double> labelValues,
        @Nullable String weight) {

    public TableLayout {
        missing = List.copyOf(missing);
        columns = List.copyOf(columns);
        features = List.copyOf(features);
        stringFeatures = List.copyOf(stringFeatures);
        labelValues = new LinkedHashMap<>(labelValues);
    }

    /** Feature columns that hold numbers, in training order. */
    public List<String> numericFeatures() {
        List<String> numeric = new ArrayList<>(features);
        numeric.removeAll(stringFeatures);
        return numeric;
    }

    /** This layout with what the options say about the file (not about features) put over it. */
    public TableLayout reading(TableOptions options, String path) {
        boolean sameFormat = options.format == null || options.format == format;
        TableFormat newFormat = options.format != null ? options.format : format;
        Map<String, Double> mapping = options.mapping();
        return new TableLayout(
                newFormat,
                options.header != null ? options.header : header,
                options.separator != null || !sameFormat ? options.separatorOf(path) : separator,
                options.missing != null ? options.missing : missing,
                options.columns != null ? options.columns : columns,
                features,
                stringFeatures,
                vector,
                vectorSize,
                options.label != null ? options.label : label,
                mapping.isEmpty() ? labelValues : mapping,
                options.weight != null ? options.weight : weight);
    }

    public String toJson() {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * @param source where the text comes from, for the message
     * @throws BadInputException if the text is damaged
     */
    public static TableLayout fromJson(String json, String source) {
        try {
            return new ObjectMapper().readValue(json, TableLayout.class);
        } catch (JsonProcessingException damaged) {
            throw new BadInputException(source + " is damaged: " + damaged.getOriginalMessage(), damaged);
        }
    }
}
