package org.sparkmlext.sql;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * What a model says of a row, as an expression of a query. It exists only until {@link PredictionRule} puts columns of the model's own
 * {@code transform} in its place, and cannot be evaluated.
 *
 * <p>Its children are the columns that the model reads, in the order of {@link ServedModel#inputs}.
 */
final class ModelCall extends Expression {
    /** What is asked of the model. */
    enum Answer {
        /** The label as it was at training. */
        LABEL("ml_predict"),
        /** The probability of each label. */
        PROBABILITY("ml_predict_proba");

        private final String function;

        Answer(String function) {
            this.function = function;
        }

        /** Name of the function. */
        String function() {
            return function;
        }
    }

    private final Answer answer;
    private final String source;
    private final ServedModel model;
    private final List<Expression> columns;

    /** @param source what the query calls the model; says nothing of whether two calls are equal */
    ModelCall(Answer answer, String source, ServedModel model, List<Expression> columns) {
        this.answer = answer;
        this.source = source;
        this.model = model;
        this.columns = List.copyOf(columns);
    }

    Answer answer() {
        return answer;
    }

    ServedModel model() {
        return model;
    }

    /** What the model reads. */
    List<Expression> columns() {
        return columns;
    }

    /** The function and its model, for messages. */
    String describe() {
        return answer.function() + "('" + source + "')";
    }

    @Override
    public Object eval(@Nullable InternalRow input) {
        throw unplaced();
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode result) {
        throw unplaced();
    }

    private IllegalStateException unplaced() {
        return new IllegalStateException(describe() + " was left in a query: the session was made without"
                + " spark.sql.extensions=org.sparkmlext.sql.SparkMlExtensions. Set it and make the session anew");
    }

    @Override
    public Seq<Expression> children() {
        return Catalyst.seq(columns);
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new ModelCall(answer, source, model, Catalyst.list(children));
    }

    @Override
    public DataType dataType() {
        return model.type(answer);
    }

    /** A row that cannot be scored gives null. */
    @Override
    public boolean nullable() {
        return true;
    }

    @Override
    public boolean foldable() {
        return false;
    }

    @Override
    public String prettyName() {
        return answer.function();
    }

    @Override
    public String sql() {
        return answer.function() + "(" + source
                + columns.stream().map(column -> ", " + column.sql()).collect(Collectors.joining()) + ")";
    }

    @Override
    public String toString() {
        return answer.function() + "(" + source
                + columns.stream().map(column -> ", " + column).collect(Collectors.joining()) + ")";
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> answer;
            case 1 -> source;
            case 2 -> model;
            case 3 -> children();
            default -> throw new IndexOutOfBoundsException("a call of a model has 4 elements; asked for " + n);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ModelCall;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ModelCall that
                && answer == that.answer
                && model == that.model
                && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return Objects.hash(answer, System.identityHashCode(model), columns);
    }
}
