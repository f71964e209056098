package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkmlext.ml.feature.TableRows.assembler;
import static org.sparkmlext.ml.feature.TableRows.column;
import static org.sparkmlext.ml.feature.TableRows.firsts;
import static org.sparkmlext.ml.feature.TableRows.fitted;
import static org.sparkmlext.ml.feature.TableRows.vectors;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

/** Dictionaries, rare and unseen values, one-hot. */
class TableCategoriesTest {

    private static Dataset<Row> texts(Object... values) {
        return column(DataTypes.StringType, values);
    }

    private static Dataset<Row> towns() {
        return texts("b", "c", "c", "a", "b", "d", null);
    }

    @Test
    void theMostFrequentComesFirstTiesByValue() {
        TableAssemblerModel model = assembler("x").fit(towns());
        assertThat(model.getCategories("x")).containsExactly("b", "c", "a", "d", "(other)", "(missing)");
        assertThat(firsts(vectors(model, towns()))).containsExactly(0, 1, 1, 2, 0, 3, 5);
        assertThat(firsts(vectors(model, texts("z", "", "(other)")))).containsExactly(4, 4, 4);
    }

    @Test
    void alphabetical() {
        assertThat(assembler("x").setCategoryOrder("alphabetical").fit(towns()).getCategories("x"))
                .containsExactly("a", "b", "c", "d", "(other)", "(missing)");
    }

    @Test
    void rareValuesAreOther() {
        TableAssembler assembler = assembler("x").setMinFrequency(2);
        assertThat(assembler.fit(towns()).getCategories("x")).containsExactly("b", "c", "(other)", "(missing)");
        assertThat(firsts(fitted(assembler, towns()))).containsExactly(0, 1, 1, 2, 0, 2, 3);
        assertThat(assembler("x")
                        .setMaxCategories(3)
                        .setCategoryOrder("alphabetical")
                        .fit(towns())
                        .getCategories("x"))
                .containsExactly("a", "b", "c", "(other)", "(missing)");
    }

    @Test
    void errorRefusesNullsAndUnseenValues() {
        TableAssembler strict = assembler("x").setHandleInvalid("error");
        assertThatThrownBy(() -> strict.fit(towns()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x' is null in 1 of 7 rows");
        TableAssemblerModel model = strict.fit(towns().na().drop());
        assertThat(model.getCategories("x")).containsExactly("b", "c", "a", "d");
        assertThatThrownBy(() -> vectors(model, texts("z")))
                .hasStackTraceContaining("column 'x' holds 'z', which fit did not see; it saw [b, c, a, d]");
        assertThatThrownBy(() -> vectors(model, texts((Object) null))).hasStackTraceContaining("column 'x' is null");
        // Where rare values have a category, it takes unseen ones as well.
        TableAssemblerModel withOther =
                strict.setMinFrequency(2).fit(towns().na().drop());
        assertThat(firsts(vectors(withOther, texts("z", "a", "c")))).containsExactly(2, 2, 1);
    }

    @Test
    void oneHotHasAnEntryACategory() {
        TableAssembler assembler = assembler("x").setEncoding("onehot").setMinFrequency(2);
        assertThat(fitted(assembler, texts("a", "b", "a", null)))
                .containsExactly(new double[][] {{1, 0, 0}, {0, 1, 0}, {1, 0, 0}, {0, 0, 1}});
        assertThat(assembler.fit(texts("a", "b", "a", null)).getFeatureNames())
                .containsExactly("x=a", "x=(other)", "x=(missing)");
    }

    @Test
    void manyCategoriesGiveSparseVectorsOfTheSameValues() {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            values.add("v" + (i + 100));
        }
        Dataset<Row> rows = texts(values.toArray());
        TableAssembler assembler = assembler("x").setEncoding("onehot");
        Row first = assembler.fit(rows).transform(rows).select("features").first();
        assertThat(first.<Object>getAs(0)).isInstanceOf(SparseVector.class);
        List<double[]> vectors = fitted(assembler, rows);
        for (int i = 0; i < 100; i++) {
            assertThat(vectors.get(i)).hasSize(102);
            assertThat(vectors.get(i)[i]).isEqualTo(1);
        }
    }

    @Test
    void numbersAreCategoriesWhereToldSoInTheOrderOfNumbers() {
        String[] x = {"x"};
        TableAssembler assembler = assembler(x).setCategoricalCols(x).setCategoryOrder("alphabetical");
        TableAssemblerModel model = assembler.fit(column(DataTypes.IntegerType, 10, 9, 9, 100));
        assertThat(model.getCategories("x")).containsExactly("9", "10", "100", "(other)", "(missing)");
        // Whole numbers of any width are one type, others are not.
        assertThat(firsts(vectors(model, column(DataTypes.LongType, 100L)))).containsExactly(2);
        assertThatThrownBy(() -> model.transform(column(DataTypes.DoubleType, 9.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("double")
                .hasMessageContaining("a whole number");
        assertThat(firsts(fitted(assembler, column(DataTypes.DoubleType, -0.0, 0.0, 2.5, Double.NaN, null, -1.0))))
                .containsExactly(1, 1, 2, 4, 4, 0);
        assertThat(assembler
                        .fit(column(DataTypes.BooleanType, true, false, null))
                        .getCategories("x"))
                .containsExactly("false", "true", "(other)", "(missing)");
    }

    @Test
    void theVectorTellsNamesAndCategories() {
        Dataset<Row> rows = LocalSpark.session().sql("select 1.5D as x, 'a' as town union all select 2.5D, 'b'");
        TableAssemblerModel model =
                assembler("x", "town").setMissingIndicator(true).fit(rows);
        Attribute[] attributes = AttributeGroup.fromStructField(
                        model.transform(rows).schema().apply("features"))
                .attributes()
                .get();
        assertThat(attributes).extracting(a -> a.name().get()).containsExactly("x", "x_missing", "town");
        assertThat(((NominalAttribute) attributes[2]).values().get()).containsExactly("a", "b", "(other)", "(missing)");
    }

    @Test
    void aColumnOfNothingButNulls() {
        assertThat(firsts(fitted(assembler("x"), texts(null, null)))).containsExactly(1, 1);
    }

    @Test
    void aValueThatIsNamedLikeOtherKeepsItsPlace() {
        TableAssemblerModel model = assembler("x").setEncoding("onehot").fit(texts("(other)", "A", "a"));
        assertThat(model.getCategories("x")).containsExactly("(other)", "A", "a", "(other)_", "(missing)");
        assertThat(model.getFeatureNames()).containsExactly("x=(other)", "x=A", "x=a_", "x=(other)_", "x=(missing)");
    }
}
