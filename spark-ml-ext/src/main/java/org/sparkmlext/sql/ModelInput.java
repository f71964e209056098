package org.sparkmlext.sql;

import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;

/**
 * A column that a model reads.
 *
 * @param name as it was at training
 * @param kind what it may hold
 */
record ModelInput(String name, Kind kind) {

    /** What a column may hold. */
    enum Kind {
        /** Numbers of any type, booleans as 0 and 1. */
        NUMBER("number"),
        /** Texts, and whatever has one. */
        TEXT("string"),
        /** A vector, or an array of numbers that becomes one. */
        VECTOR("vector, or array of numbers"),
        /** Images, sequences, times: the model's own stages say which types they take. */
        OTHER("image, sequence, time or other");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        private boolean takes(DataType type) {
            if (type instanceof NullType) {
                return true;
            }
            return switch (this) {
                case NUMBER -> type instanceof NumericType || type instanceof BooleanType;
                case TEXT -> type instanceof AtomicType && !(type instanceof BinaryType);
                case VECTOR ->
                    type.equals(SQLDataTypes.VectorType())
                            || (type instanceof ArrayType array && array.elementType() instanceof NumericType);
                case OTHER -> true;
            };
        }
    }

    boolean takes(DataType type) {
        return kind.takes(type);
    }

    /** Name and type, for messages. */
    String describe() {
        return kind == Kind.OTHER ? name : name + " (" + kind.text + ")";
    }
}
