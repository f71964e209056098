package org.sparkmlext.ml.stage;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.Block;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeBlock;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.codegen.FalseLiteral$;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.collection.immutable.IndexedSeq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A function of one value of Spark SQL's own, which a UDF would have to convert row by row. Deterministic, gives no null,
 * and takes part in code generation like Spark's own expressions.
 *
 * <p>Extends {@link Expression} itself: of {@code UnaryExpression} javac cannot see the final erased methods.
 */
final class ScoringExpression extends Expression implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final Expression child;
    private final DataType dataType;
    private final boolean nullable;
    private final Step step;

    /**
     * What is computed, from a value that may be null. Compared by identity: two calls of the same object on the same
     * column are computed once.
     */
    abstract static class Step extends scala.runtime.AbstractFunction1<Object, Object> implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** @param nullable what the schema says; the step gives no null */
    ScoringExpression(String name, Expression child, DataType dataType, boolean nullable, Step step) {
        this.name = name;
        this.child = child;
        this.dataType = dataType;
        this.nullable = nullable;
        this.step = step;
    }

    @Override
    public Object eval(@Nullable InternalRow input) {
        return step.apply(child.eval(input));
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode result) {
        ExprCode features = child.genCode(context);
        // Named by Spark's types only: generated classes need not see ours.
        String function = context.addReferenceObj("step", step, Function1.class.getName());
        String code = "%s %s = (%s) %s.apply(%s ? null : (Object) %s);"
                .formatted(
                        CodeGenerator.javaType(dataType),
                        result.value(),
                        CodeGenerator.boxedType(dataType),
                        function,
                        features.isNull(),
                        features.value());
        Block block = new CodeBlock(seq(List.of(code)), seq(List.of()));
        return result.copy(features.code().$plus(block), FalseLiteral$.MODULE$, result.value());
    }

    private static <T> scala.collection.immutable.Seq<T> seq(List<T> values) {
        return CollectionConverters.asScala(values).toList();
    }

    @Override
    public scala.collection.immutable.Seq<Expression> children() {
        return seq(List.of(child));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new ScoringExpression(name, children.head(), dataType, nullable, step);
    }

    @Override
    public DataType dataType() {
        return dataType;
    }

    @Override
    public boolean nullable() {
        return nullable;
    }

    @Override
    public String prettyName() {
        return name;
    }

    @Override
    public String toString() {
        return name + "(" + child + ")";
    }

    @Override
    public int productArity() {
        return 5;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> name;
            case 1 -> child;
            case 2 -> dataType;
            case 3 -> nullable;
            case 4 -> step;
            default -> throw new IndexOutOfBoundsException("a scoring expression has 5 elements; asked for " + n);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ScoringExpression;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScoringExpression that
                && name.equals(that.name)
                && child.equals(that.child)
                && dataType.equals(that.dataType)
                && nullable == that.nullable
                && step == that.step;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, child, System.identityHashCode(step));
    }
}
