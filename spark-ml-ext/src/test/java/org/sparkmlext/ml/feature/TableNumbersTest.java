package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.sparkmlext.ml.feature.TableRows.assembler;
import static org.sparkmlext.ml.feature.TableRows.column;
import static org.sparkmlext.ml.feature.TableRows.firsts;
import static org.sparkmlext.ml.feature.TableRows.fitted;
import static org.sparkmlext.ml.feature.TableRows.vectors;

import java.math.BigDecimal;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlext.testing.LocalSpark;

/** Imputing, scaling, indicators and bad values of number columns. */
class TableNumbersTest {

    private static final Double NAN = Double.NaN;

    private static Dataset<Row> doubles(Object... values) {
        return column(DataTypes.DoubleType, values);
    }

    @Test
    void numbersOfEveryTypeStayNumbers() {
        Dataset<Row> rows = LocalSpark.session()
                .sql("select cast(1 as tinyint) a, cast(2 as smallint) b, 3 c, 4L d, cast(5.5 as float) e, 6.5D f,"
                        + " cast(7.25 as decimal(10,2)) g, true h");
        assertThat(fitted(assembler("a", "b", "c", "d", "e", "f", "g", "h"), rows)
                        .get(0))
                .containsExactly(1, 2, 3, 4, 5.5, 6.5, 7.25, 1);
    }

    @ParameterizedTest
    @CsvSource({"none, NaN", "mean, 4", "median, 2.5", "constant, -1"})
    void nullAndNaNAreMissing(String imputing, double expected) {
        TableAssembler assembler = assembler("x").setImputing(imputing).setImputeValue(-1);
        assertThat(firsts(fitted(assembler, doubles(1.0, null, 2.0, NAN, 3.0, 10.0))))
                .containsExactly(1, expected, 2, expected, 3, 10);
    }

    @ParameterizedTest
    @CsvSource({"standard, -1.5, -0.5, 0.5, 1.5", "minmax, 0, 1, 2, 3", "robust, -1.5, -0.5, 0.5, 1.5"})
    void scalesByTheValuesThatAreThere(String scaling, double a, double b, double c, double d) {
        double size = switch (scaling) {
            case "standard" -> Math.sqrt(1.25);
            case "minmax" -> 3;
            default -> 1.5;
        };
        TableAssembler assembler = assembler("x").setScaling(scaling);
        assertThat(firsts(fitted(assembler, doubles(1.0, 2.0, 3.0, 4.0, null))))
                .containsExactly(a / size, b / size, c / size, d / size, NAN);
    }

    @Test
    void imputedValuesAreScaledToo() {
        TableAssembler assembler =
                assembler("x").setScaling("minmax").setImputing("constant").setImputeValue(10);
        assertThat(firsts(fitted(assembler, doubles(0.0, 5.0, null)))).containsExactly(0, 1, 2);
    }

    @ParameterizedTest
    @CsvSource({"standard", "minmax", "robust"})
    void aConstantBecomesZero(String scaling) {
        assertThat(firsts(fitted(assembler("x").setScaling(scaling), doubles(0.1, 0.1, 0.1))))
                .containsExactly(0, 0, 0);
    }

    @Test
    void aNumberThatLosesItsDigitsInPlainSumsKeepsItsDeviation() {
        // Squares of these need 60 bits; their differences are all there is.
        TableAssembler assembler = assembler("x").setScaling("standard");
        assertThat(firsts(fitted(assembler, doubles(1e9 + 1, 1e9 + 2, 1e9 + 3))))
                .containsExactly(new double[] {-1 / Math.sqrt(2.0 / 3), 0, 1 / Math.sqrt(2.0 / 3)}, within(1e-15));
    }

    @Test
    void indicatorsSayWhereANumberIsMissing() {
        TableAssembler assembler = assembler("x").setMissingIndicator(true).setImputing("constant");
        Dataset<Row> rows = doubles(1.0, null, NAN);
        assertThat(fitted(assembler, rows)).containsExactly(new double[][] {{1, 0}, {0, 1}, {0, 1}});
        assertThat(assembler.fit(rows).getFeatureNames()).containsExactly("x", "x_missing");
    }

    @Test
    void infiniteValuesFailOrAreMissing() {
        Dataset<Row> rows = doubles(1.0, Double.POSITIVE_INFINITY, 3.0, Double.NEGATIVE_INFINITY);
        assertThatThrownBy(() -> assembler("x").fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("2 of 4 rows")
                .hasMessageContaining("invalidNumbers");
        TableAssembler lenient =
                assembler("x").setInvalidNumbers("missing").setImputing("mean").setMissingIndicator(true);
        assertThat(fitted(lenient, rows)).containsExactly(new double[][] {{1, 0}, {2, 1}, {3, 0}, {2, 1}});
    }

    @Test
    void anInfiniteValueAtScoringFailsByName() {
        TableAssemblerModel model = assembler("x").fit(doubles(1.0, 2.0));
        assertThatThrownBy(() -> vectors(model, doubles(Double.POSITIVE_INFINITY)))
                .hasStackTraceContaining("column 'x' holds an infinite value");
    }

    @Test
    void textsAreNumbersOnlyWhereToldSo() {
        Dataset<Row> rows = column(DataTypes.StringType, "1.5", "2e1", null);
        assertThat(firsts(fitted(assembler("x").setNumericCols(new String[] {"x"}), rows)))
                .containsExactly(1.5, 20, NAN);
        // Else they are categories, equally frequent ones in the order of the texts.
        assertThat(assembler("x").fit(rows).getCategories("x")).containsExactly("1.5", "2e1", "(other)", "(missing)");
    }

    @Test
    void aTextThatIsNoNumberFailsOrIsMissing() {
        Dataset<Row> rows = column(DataTypes.StringType, "1.5", "a lot");
        TableAssembler assembler = assembler("x").setNumericCols(new String[] {"x"});
        assertThatThrownBy(() -> assembler.fit(rows))
                .hasMessageContaining("no number")
                .hasMessageContaining("1 of 2");
        assertThat(firsts(fitted(assembler.setInvalidNumbers("missing"), rows))).containsExactly(1.5, NAN);
    }

    @Test
    void aColumnWithoutAnyValue() {
        Dataset<Row> rows = doubles(null, NAN);
        assertThatThrownBy(() -> assembler("x").setImputing("median").fit(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x' has no value in all 2 rows")
                .hasMessageContaining("constant");
        assertThat(firsts(fitted(assembler("x").setScaling("robust"), rows))).containsExactly(NAN, NAN);
    }

    @Test
    void valuesTooLargeToSquareAreRefusedWithARemedy() {
        assertThatThrownBy(() -> assembler("x").setScaling("standard").fit(doubles(1e200, 1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("robust");
        assertThatThrownBy(() -> assembler("x").setScaling("minmax").fit(doubles(-1e308, 1e308)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spans more");
    }

    @Test
    void anotherNumberTypeAtScoringIsFine() {
        TableAssemblerModel model = assembler("x").setScaling("minmax").fit(doubles(0.0, 4.0));
        assertThat(firsts(vectors(model, column(DataTypes.IntegerType, 1)))).containsExactly(0.25);
        assertThat(firsts(vectors(model, column(DataTypes.createDecimalType(4, 1), new BigDecimal("2.0")))))
                .containsExactly(0.5);
        assertThatThrownBy(() -> model.transform(column(DataTypes.StringType, "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("string")
                .hasMessageContaining("a number or boolean");
    }

    @Test
    void scoringIsGeneratedCodeWithoutUserFunctions() {
        Dataset<Row> rows = doubles(1.0, null).repartition(1);
        TableAssemblerModel model =
                assembler("x").setImputing("mean").setScaling("standard").fit(rows);
        Dataset<Row> scored = model.transform(rows);
        String plan = scored.queryExecution().executedPlan().toString();
        assertThat(plan).contains("assemble_table").doesNotContain("UDF");
        assertThat(List.of(scored.columns())).containsExactly("x", "features");
    }
}
