package org.sparkmlext.ml.table;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;

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
 * @param rowColumn column of whole rows (vectors, images, sequences) trained on in place of {@code features}, or null
 * @param rowLength numbers in each of them, where they are vectors or images of one length; else 0
 * @param numbersAsText whether it holds texts of numbers, such as {@code 12 0 255}, rather than numbers
 * @param events what makes rows events, or null where each stands for itself
 * @param label label column
 * @param labelValues label values to classes; empty where the column itself holds numbers
 * @param weight weight column, or null
 * @param baseMargin column of raw scores to start from, or null
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
        @JsonAlias("vector") @Nullable String rowColumn,
        @JsonAlias("vectorSize") int rowLength,
        boolean numbersAsText,
        @Nullable Events events,
        String label,
        Map<String, Double> labelValues,
        @Nullable String weight,
        @Nullable String baseMargin) {

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

    /** Columns that are foretold; empty where rows are no events, or the label column is. */
    public List<String> targets() {
        return events == null ? List.of() : events.targets();
    }

    /**
     * Columns that a model reads, each once.
     *
     * @param withLabel those too that only training and evaluation read: label, targets and weight
     */
    public Set<String> usedColumns(boolean withLabel) {
        Set<String> used = new LinkedHashSet<>(features);
        if (rowColumn != null) {
            used.add(rowColumn);
        }
        if (events != null) {
            used.addAll(events.keys());
        }
        if (withLabel) {
            used.add(label);
            used.addAll(targets());
            if (weight != null) {
                used.add(weight);
            }
        }
        if (baseMargin != null) {
            used.add(baseMargin);
        }
        return used;
    }

    /** This layout with what the options say about the file (not about features) put over it. */
    public TableLayout reading(TableOptions options, String path) {
        TableFormat newFormat = options.format != null ? options.format : format;
        if (options.format == null && format == TableFormat.IMAGES) {
            // A table of paths stands for a folder of the same images.
            newFormat = TableFormat.ofEnding(path).orElse(format);
        }
        boolean sameFormat = newFormat == format;
        Map<String, Double> mapping = options.mapping();
        return new TableLayout(
                newFormat,
                options.header != null ? options.header : header,
                options.separator != null || !sameFormat ? options.separatorOf(path) : separator,
                options.missing != null ? options.missing : missing,
                options.columns != null ? options.columns : columns,
                features,
                stringFeatures,
                rowColumn,
                rowLength,
                numbersAsText,
                events,
                options.label != null ? options.label : label,
                mapping.isEmpty() ? labelValues : mapping,
                options.weight != null ? options.weight : weight,
                options.baseMargin != null ? options.baseMargin : baseMargin);
    }

    /** Features and label in a few words. */
    public String describe() {
        String what;
        if (rowColumn != null) {
            what = "column '" + rowColumn + "'" + (rowLength > 0 ? " of " + rowLength + " numbers a row" : "");
        } else {
            what = numericFeatures().size() + " numeric and " + stringFeatures.size() + " string columns";
        }
        if (events != null) {
            what += " of events in '" + events.time() + "'"
                    + (events.entity() == null ? "" : " of each '" + events.entity() + "'");
        }
        return what
                + (targets().isEmpty() ? ", label '" + label + "'" : ", targets " + String.join(", ", targets()))
                + (labelValues.isEmpty() ? "" : " " + labelValues);
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
