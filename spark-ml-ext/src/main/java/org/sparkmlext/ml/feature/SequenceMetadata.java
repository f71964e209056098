package org.sparkmlext.ml.feature;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.sparkmlext.data.SequenceShape;

/**
 * The size of a column's sequences, kept in the schema beside the column: so a network knows what it will see before any data is read,
 * and a saved pipeline needs no size twice.
 *
 * <p>Form: {@code {"sequence": {"length": L, "features": F, "names": [...]}}}, names being those of the features, or empty. The column
 * holds L steps of F values a row, or fewer steps; flat ones have the values of a step together.
 */
public final class SequenceMetadata {

    private static final String SEQUENCE = "sequence";
    private static final String LENGTH = "length";
    private static final String FEATURES = "features";
    private static final String NAMES = "names";

    private SequenceMetadata() {}

    /** Metadata that says a size, to be put on a column with {@code column.as(name, metadata)}. */
    public static Metadata of(SequenceShape shape) {
        return of(shape, List.of());
    }

    /**
     * The same with the names of the features.
     *
     * @throws IllegalArgumentException if these are neither none nor one a feature
     */
    public static Metadata of(SequenceShape shape, List<String> names) {
        if (!names.isEmpty() && names.size() != shape.features()) {
            throw new IllegalArgumentException("there are " + names.size() + " names for " + shape.features()
                    + " features; allowed: none, or one each");
        }
        Metadata sequence = new MetadataBuilder()
                .putLong(LENGTH, shape.length())
                .putLong(FEATURES, shape.features())
                .putStringArray(NAMES, names.toArray(String[]::new))
                .build();
        return new MetadataBuilder().putMetadata(SEQUENCE, sequence).build();
    }

    /**
     * The size that a column's metadata says; empty where it says none.
     *
     * @throws IllegalArgumentException if it says one that no sequence can have; names the column
     */
    public static Optional<SequenceShape> shape(StructField field) {
        if (!field.metadata().contains(SEQUENCE)) {
            return Optional.empty();
        }
        try {
            Metadata sequence = field.metadata().getMetadata(SEQUENCE);
            return Optional.of(new SequenceShape(
                    Math.toIntExact(sequence.getLong(LENGTH)), Math.toIntExact(sequence.getLong(FEATURES))));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "column '" + field.name() + "' has the metadata " + field.metadata()
                            + "; needed is {\"sequence\": {\"length\": L, \"features\": F}}, as SequenceAssembler writes it",
                    e);
        }
    }

    /** The names of a column's features; empty where its metadata says none. */
    public static List<String> names(StructField field) {
        if (!field.metadata().contains(SEQUENCE)) {
            return List.of();
        }
        Metadata sequence = field.metadata().getMetadata(SEQUENCE);
        return sequence.contains(NAMES) ? List.of(sequence.getStringArray(NAMES)) : List.of();
    }
}
