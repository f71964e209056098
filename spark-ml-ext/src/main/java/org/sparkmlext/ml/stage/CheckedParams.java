package org.sparkmlext.ml.stage;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.function.LongPredicate;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import scala.Function1;

/**
 * Params whose refusal says what was given and what is allowed, where Spark's own say only that a value is invalid.
 *
 * <p>{@code allowed} is shown both in the doc and in the error.
 */
public final class CheckedParams {

    private CheckedParams() {}

    /** A whole number. */
    public static IntParam ofInt(
            Params owner, String name, String doc, String allowed, Object shownDefault, LongPredicate isAllowed) {
        return new IntParam(
                owner,
                name,
                fullDoc(doc, allowed, shownDefault),
                check(name, allowed, v -> v instanceof Integer i && isAllowed.test(i)));
    }

    /** A real number; NaN is refused unless {@code isAllowed} takes it. */
    public static DoubleParam ofDouble(
            Params owner, String name, String doc, String allowed, Object shownDefault, DoublePredicate isAllowed) {
        return new DoubleParam(
                owner,
                name,
                fullDoc(doc, allowed, shownDefault),
                check(name, allowed, v -> v instanceof Double d && isAllowed.test(d)));
    }

    /** Any 64-bit number. */
    public static LongParam ofLong(Params owner, String name, String doc, Object shownDefault) {
        String allowed = "any whole number";
        return new LongParam(
                owner, name, fullDoc(doc, allowed, shownDefault), check(name, allowed, v -> v instanceof Long));
    }

    /** One of a few names. */
    public static Param<String> ofChoice(
            Params owner, String name, String doc, Object shownDefault, List<String> choices) {
        String allowed = String.join(", ", choices);
        return new Param<>(
                owner, name, fullDoc(doc, allowed, shownDefault), check(name, allowed, v -> choices.contains(v)));
    }

    /** A list of real numbers. */
    public static DoubleArrayParam ofDoubles(
            Params owner, String name, String doc, String allowed, Object shownDefault, ListCheck isAllowed) {
        return new DoubleArrayParam(
                owner,
                name,
                fullDoc(doc, allowed, shownDefault),
                check(name, allowed, v -> v instanceof double[] list && isAllowed.test(list)));
    }

    /** A list of whole numbers. */
    public static IntArrayParam ofInts(
            Params owner, String name, String doc, String allowed, Object shownDefault, IntsCheck isAllowed) {
        return new IntArrayParam(
                owner,
                name,
                fullDoc(doc, allowed, shownDefault),
                check(name, allowed, v -> v instanceof int[] list && isAllowed.test(list)));
    }

    /** What a list of whole numbers must be. */
    public interface IntsCheck extends Serializable {
        boolean test(int[] values);
    }

    /** What a list of numbers must be. */
    public interface ListCheck extends Serializable {
        boolean test(double[] values);
    }

    /** Any text but null. */
    public static Param<String> ofText(Params owner, String name, String doc) {
        return new Param<>(owner, name, doc, check(name, "text", v -> v instanceof String));
    }

    /** A list of distinct, non-empty column names. */
    public static StringArrayParam ofColumns(Params owner, String name, String doc) {
        return ofNames(owner, name, doc, "a list of at least one column, each named once");
    }

    /** A list of distinct, non-empty texts. */
    public static StringArrayParam ofNames(Params owner, String name, String doc, String allowed) {
        return new StringArrayParam(
                owner,
                name,
                doc,
                check(
                        name,
                        allowed,
                        v -> v instanceof String[] names
                                && names.length > 0
                                && Arrays.stream(names).noneMatch(n -> n == null || n.isEmpty())
                                && Arrays.stream(names).distinct().count() == names.length));
    }

    private static String fullDoc(String doc, String allowed, Object shownDefault) {
        return doc + " (" + allowed + "; default " + shownDefault + ")";
    }

    private interface Check extends Serializable {
        boolean isAllowed(Object value);
    }

    private static <T> Function1<T, Object> check(String name, String allowed, Check check) {
        return new Validator<>(name, allowed, check);
    }

    /** Throws instead of returning false, because Spark's own message cannot say what is allowed. */
    private static final class Validator<T> extends scala.runtime.AbstractFunction1<T, Object> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String name;
        private final String allowed;
        private final Check check;

        Validator(String name, String allowed, Check check) {
            this.name = name;
            this.allowed = allowed;
            this.check = check;
        }

        @Override
        public Object apply(T value) {
            if (!check.isAllowed(value)) {
                throw new IllegalArgumentException(name + " is " + shown(value) + "; allowed: " + allowed
                        + ". Set another value of " + name + ".");
            }
            return Boolean.TRUE;
        }

        private static String shown(Object value) {
            if (value instanceof String text) {
                return "'" + text + "'";
            }
            if (value instanceof double[] numbers) {
                return Arrays.toString(numbers);
            }
            if (value instanceof int[] numbers) {
                return Arrays.toString(numbers);
            }
            return value instanceof Object[] list ? Arrays.toString(list) : String.valueOf(value);
        }
    }
}
