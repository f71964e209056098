package org.sparkmlext.sql;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * What a model says of a row, as an expression of a query. It exists only until {@link PredictionRule} puts columns of the model's own
 * {@code transform} in its place, and cannot be evaluated. A stream keeps it, and has it replaced in each of its batches.
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
    private final NamedModel named;
    private final List<Expression> columns;

    /** @param named what the query calls the model says nothing of whether two calls are equal */
    ModelCall(Answer answer, NamedModel named, List<Expression> columns) {
        this.answer = answer;
        this.named = named;
        this.columns = List.copyOf(columns);
    }

    Answer answer() {
        return answer;
    }

    /** The model, and what the query calls it. */
    NamedModel named() {
        return named;
    }

    ServedModel model() {
        return named.model();
    }

    /** What the model reads. */
    List<Expression> columns() {
        return columns;
    }

    /**
     * The same question to another version of the model, which reads its columns of this one's by their names.
     *
     * @throws BadInputException if that version reads other columns, or answers by another type
     */
    ModelCall to(NamedModel other) {
        ServedModel model = other.model();
        model.requireAnswer(answer);
        if (!model.type(answer).equals(dataType())) {
            throw new BadInputException("it answers by " + model.type(answer).simpleString() + ", and the query has "
                    + dataType().simpleString());
        }
        if (model.readsEvents() != model().readsEvents()) {
            throw new BadInputException("of the two one reads sorted events, the other single rows");
        }
        return new ModelCall(
                answer, other, model.inputs().stream().map(this::column).toList());
    }

    private Expression column(ModelInput input) {
        for (int i = 0; i < columns.size(); i++) {
            if (model().inputs().get(i).name().equals(input.name())
                    && input.takes(columns.get(i).dataType())) {
                return columns.get(i);
            }
        }
        throw new BadInputException("it reads " + input.describe() + ", and the query gives "
                + IntStream.range(0, columns.size())
                        .mapToObj(i -> model().inputs().get(i).name() + " ("
                                + columns.get(i).dataType().simpleString() + ")")
                        .collect(Collectors.joining(", ")));
    }

    /** The function and its model, for messages. */
    String describe() {
        return answer.function() + "('" + named.source() + "')";
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
        return new ModelCall(answer, named, Catalyst.list(children));
    }

    @Override
    public DataType dataType() {
        return model().type(answer);
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
        return answer.function() + "(" + named.source()
                + columns.stream().map(column -> ", " + column.sql()).collect(Collectors.joining()) + ")";
    }

    @Override
    public String toString() {
        return answer.function() + "(" + named.source()
                + columns.stream().map(column -> ", " + column).collect(Collectors.joining()) + ")";
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> answer;
            case 1 -> named;
            case 2 -> children();
            default -> throw new IndexOutOfBoundsException("a call of a model has 3 elements; asked for " + n);
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
                && model() == that.model()
                && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return Objects.hash(answer, System.identityHashCode(model()), columns);
    }
}
