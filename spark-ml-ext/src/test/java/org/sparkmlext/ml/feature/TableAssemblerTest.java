package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkmlext.ml.feature.TableRows.assembler;
import static org.sparkmlext.ml.feature.TableRows.fitted;
import static org.sparkmlext.ml.feature.TableRows.vectors;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.boosting.BoostedTreesRegressionModel;
import org.sparkmlext.ml.boosting.BoostedTreesRegressor;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.tree.Forest;

/** Outputs, overrides, names and refusals of the stage as a whole. */
class TableAssemblerTest {

    @TempDir
    private Path directory;

    private static Dataset<Row> people() {
        return LocalSpark.session()
                .sql("select * from values (30, 'Rome', 1.0D, true), (40, 'Oslo', null, false),"
                        + " (50, 'Rome', 3.0D, null), (60, 'Bonn', 5.0D, false) as people(age, town, rent, owner)");
    }

    @Test
    void columnsKeepTheirOrderAndNothingIsDropped() {
        TableAssemblerModel model = assembler("town", "rent", "age").fit(people());
        Dataset<Row> scored = model.transform(people());
        assertThat(scored.columns()).containsExactly("age", "town", "rent", "owner", "features");
        assertThat(vectors(model, people())).containsExactly(new double[][] {
            {0, 1, 30}, {2, Double.NaN, 40}, {0, 3, 50}, {1, 5, 60}
        });
        assertThat(model.getFeatureNames()).containsExactly("town", "rent", "age");
    }

    @Test
    void plainColumnsCarryTheirAttributes() {
        TableAssemblerModel model = assembler("town", "rent")
                .setOutputCol("")
                .setColumnPrefix("f_")
                .setImputing("mean")
                .fit(people());
        Dataset<Row> scored = model.transform(people());
        assertThat(scored.columns()).containsExactly("age", "town", "rent", "owner", "f_town", "f_rent");
        assertThat(scored.select("f_town", "f_rent").collectAsList().get(1).toString())
                .isEqualTo("[2.0,3.0]");
        StructField town = scored.schema().apply("f_town");
        NominalAttribute attribute = (NominalAttribute) Attribute.fromStructField(town);
        assertThat(attribute.name().get()).isEqualTo("f_town");
        assertThat(attribute.values().get()).containsExactly("Rome", "Bonn", "Oslo", "(other)", "(missing)");
        // A fitted model may give the vector as well, or instead.
        model.setOutputCol("v").setColumnPrefix("");
        assertThat(model.transform(people()).columns()).containsExactly("age", "town", "rent", "owner", "v");
    }

    @Test
    void treesTrainOnPlainColumnsAndOnTheVectorAlikeAndNameTheFeatures() {
        Dataset<Row> rows = LocalSpark.session()
                .range(400)
                .selectExpr(
                        "concat('t', id % 5) as town",
                        "id % 37 as age", "cast((id % 5) * 3 + if(id % 37 > 20, 1, 0) as double) as label");
        TableAssemblerModel assembler =
                assembler("town", "age").setColumnPrefix("f_").fit(rows);
        Dataset<Row> assembled = assembler.transform(rows);
        BoostedTreesRegressor trees = new BoostedTreesRegressor().setNumTrees(10);
        BoostedTreesRegressionModel ofVector = trees.fit(assembled);
        assertThat(ofVector.featureImportancesByName(Forest.ImportanceKind.GAIN))
                .containsOnlyKeys("town", "age")
                .hasEntrySatisfying("town", share -> assertThat(share).isGreaterThan(0.5));
        BoostedTreesRegressionModel ofColumns = new BoostedTreesRegressor()
                .setNumTrees(10)
                .setInputCols(new String[] {"f_town", "f_age"})
                .fit(assembled);
        assertThat(ofColumns.featureImportancesByName(Forest.ImportanceKind.GAIN))
                .containsOnlyKeys("f_town", "f_age");
        assertThat(ofColumns.featureImportances()).isEqualTo(ofVector.featureImportances());
    }

    @Test
    void overridesChangeSingleColumns() {
        TableAssembler assembler = assembler("age", "rent", "town")
                .setScaling("minmax")
                .setImputing("mean")
                .setOverrides(
                        "{age: {'scaling': 'none'}, rent: {imputing: 'constant', imputeValue: 9, scaling: 'none'},"
                                + " town: {encoding: 'onehot', minFrequency: 2}}");
        assertThat(assembler.fit(people()).getFeatureNames())
                .containsExactly("age", "rent", "town=Rome", "town=(other)", "town=(missing)");
        assertThat(fitted(assembler, people()).get(1)).containsExactly(40, 9, 0, 1, 0);
    }

    private static void assertRefused(TableAssembler assembler, String... told) {
        assertThatThrownBy(() -> assembler.fit(people()))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(told));
    }

    @Test
    void badOverridesSayWhatIsAllowed() {
        assertRefused(assembler("age").setOverrides("[]"), "overrides is \"[]\"", "JSON object");
        assertRefused(assembler("age").setOverrides("{'age':"), "JSON object");
        assertRefused(assembler("age").setOverrides("{'Rent': {}}"), "overrides names 'Rent'", "[age]");
        assertRefused(
                assembler("age").setOverrides("{'age': {'scale': 'robust'}}"), "'age'", "no Param 'scale'", "scaling");
        assertRefused(assembler("age").setOverrides("{'age': {'encoding': 'onehot'}}"), "'age'", "encoding has no say");
        assertRefused(
                assembler("age").setOverrides("{'age': {'scaling': 'big'}}"), "'age'", "scaling is 'big'", "robust");
        assertRefused(assembler("town").setOverrides("{'town': {'minFrequency': 'two'}}"), "'town'", "another type");
    }

    @Test
    void paramsThatContradictEachOtherOrTheTable() {
        assertRefused(new TableAssembler(), "inputCols is not set");
        assertRefused(assembler("age", "Age"), "'age' is twice");
        assertRefused(assembler("height"), "'height' (inputCols) is missing", "age, town, rent, owner");
        assertRefused(assembler("age").setCategoricalCols(new String[] {"town"}), "categoricalCols names 'town'");
        assertRefused(assembler("age").setNumericCols(new String[] {"age"}), "numericCols", "int", "string");
        assertRefused(
                assembler("town").setNumericCols(new String[] {"town"}).setCategoricalCols(new String[] {"town"}),
                "in categoricalCols and in numericCols");
        assertRefused(assembler("age").setOutputCol(""), "no output");
        assertRefused(assembler("age").setOutputCol("rent"), "'rent' exists already");
        assertRefused(assembler("age", "rent").setColumnPrefix("r").setOutputCol("RAGE"), "'rage' exists already");
        assertRefused(assembler("town").setColumnPrefix("f_").setEncoding("onehot"), "columnPrefix", "onehot");
        assertThatThrownBy(() -> assembler("a").fit(LocalSpark.session().sql("select array(1) as a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("array<int>");
        assertThatThrownBy(() -> assembler("a").fit(LocalSpark.session().sql("select 1 as a, 2 as a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ambiguous");
        assertThatThrownBy(() -> assembler("age").setScaling("big")).hasMessageContaining("scaling is 'big'");
    }

    @Test
    void aNameThatIsTakenGetsAnUnderscore() {
        Dataset<Row> rows = LocalSpark.session().sql("select 1.0D as x, 2.0D as x_missing, 3.0D as `a.b c`");
        TableAssemblerModel model = assembler("x", "x_missing", "a.b c")
                .setMissingIndicator(true)
                .setColumnPrefix("f ")
                .fit(rows);
        assertThat(model.getFeatureNames())
                .containsExactly("x", "x_missing", "x_missing_", "x_missing_missing", "a.b c", "a.b c_missing");
        assertThat(model.transform(rows).select("`f a.b c`").first().getDouble(0))
                .isEqualTo(3);
    }

    @Test
    void rowsToValidateOnAreLeftOutOfFit() {
        TableAssembler assembler = assembler("rent", "town").setImputing("mean").setValidationIndicatorCol("owner");
        TableAssemblerModel model = assembler.fit(people());
        assertThat(model.getCategories("town")).containsExactly("Bonn", "Oslo", "Rome", "(other)", "(missing)");
        assertThat(vectors(model, people()).get(1)[0]).isEqualTo(4);
        assertRefused(assembler("rent").setValidationIndicatorCol("age"), "'age' (validationIndicatorCol)", "boolean");
    }

    @Test
    void aDamagedModelIsNamed() throws Exception {
        Path path = directory.resolve("model");
        assembler("age").fit(people()).save(path.toString());
        Path columns = path.resolve("columns.json");
        Files.writeString(columns, Files.readString(columns).replace("\"scale\" : 1.0", "\"scale\" : 2.0"));
        // Hadoop's own checksum, which not every file system has.
        Files.delete(path.resolve(".columns.json.crc"));
        assertThatThrownBy(() -> TableAssemblerModel.load(path.toString()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("columns.json")
                .hasMessageContaining("sha256");
    }

    @Test
    void aModelOfNoColumnsKnowsNoCategories() {
        assertThatThrownBy(() -> new TableAssemblerModel().getCategories("x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'");
        assertThat(List.of(new TableAssemblerModel().getFeatureNames())).isEmpty();
    }
}
