package org.sparkmlext.ml.stage;

import java.io.Serializable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * Columns that a function computes from one value of Spark SQL's own (texts are {@code UTF8String}, arrays {@code ArrayData}, structs and
 * vectors {@code InternalRow}), called from generated code: a UDF would convert each value first.
 */
public final class ComputedColumns {

    private ComputedColumns() {}

    /** What is computed; may be called by several threads at once, each with a copy of its own that Spark's tasks get. */
    @FunctionalInterface
    public interface ValueFunction extends Serializable {

        /**
         * @param value of Spark SQL's own, which may be overwritten after the call; or null
         * @return a value of Spark SQL's own, not null
         */
        Object apply(@Nullable Object value);
    }

    /**
     * A column of what the function makes of another.
     *
     * @param name what plans call it
     * @param isNullable what the schema says; the function gives no null
     */
    public static Column of(String name, Column input, DataType type, boolean isNullable, ValueFunction function) {
        return ColumnExpressions.column(new ScoringExpression(
                name, ColumnExpressions.expression(input), type, isNullable, new FunctionStep(function)));
    }

    private static final class FunctionStep extends ScoringExpression.Step {
        private static final long serialVersionUID = 1L;
        private final ValueFunction function;

        FunctionStep(ValueFunction function) {
            this.function = function;
        }

        @Override
        public Object apply(Object value) {
            return function.apply(value);
        }
    }
}
