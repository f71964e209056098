package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** No value of a later part is reachable from a row of an earlier one, and none of a window's future from its features. */
class SequenceLeakTest {

    private static final int VALIDATION = 60;
    private static final int TEST = 80;

    /** 100 steps of two entities, all values different; from {@code cut} on they are others if {@code isOther}. */
    private static Dataset<Row> events(int cut, boolean isOther) {
        String other = isOther ? "if(id >= " + cut + ", -1000, 0)" : "0";
        return LocalSpark.session()
                .range(100)
                .selectExpr(
                        "explode(array('a', 'b')) as e",
                        "id as t",
                        "id + " + other + " as x",
                        "id * 2 + " + other + " as y");
    }

    private static SequenceAssembler assembler() {
        return new SequenceAssembler()
                .setEntityCol("e")
                .setTimeCol("t")
                .setInputCols(new String[] {"x"})
                .setLagCols(new String[] {"y"})
                .setLags(new int[] {1, 2})
                .setTargetCols(new String[] {"y"})
                .setWindowLength(4)
                .setHorizon(3)
                .setScaling("standard")
                .setValidationStart(Integer.toString(VALIDATION))
                .setTestStart(Integer.toString(TEST));
    }

    private static List<Row> part(SequenceAssembler assembler, Dataset<Row> events, String part) {
        return assembler
                .fit(events)
                .transform(events)
                .where("part = '" + part + "'")
                .orderBy("e", "t")
                .collectAsList();
    }

    @Test
    void trainingKnowsNothingOfWhatComesAfterIt() {
        List<Row> training = part(assembler(), events(VALIDATION, false), "training");
        assertThat(training).isNotEmpty().isEqualTo(part(assembler(), events(VALIDATION, true), "training"));
        // The other values do reach later parts: the test can fail.
        assertThat(part(assembler(), events(VALIDATION, false), "validation"))
                .isNotEqualTo(part(assembler(), events(VALIDATION, true), "validation"));
        assertThat(part(assembler(), events(TEST, false), "validation"))
                .isNotEmpty()
                .isEqualTo(part(assembler(), events(TEST, true), "validation"));
    }

    @Test
    void windowsBelongWhereAllTheirTargetsLie() {
        List<Row> training = part(assembler(), events(TEST, false), "training");
        // Lags begin at 2, windows end at 5, and the last target is before 60.
        assertThat(training).hasSize(2 * (56 - 5 + 1));
        assertThat(training.get(training.size() - 1).getLong(1)).isEqualTo(VALIDATION - 1 - 3);
        List<Row> validation = part(assembler(), events(TEST, false), "validation");
        // Inputs reach back into training, targets do not.
        assertThat(validation.get(0).getLong(1)).isEqualTo(VALIDATION - 1);
        assertThat(validation).hasSize(2 * (20 - 3 + 1));
        assertThat(part(assembler(), events(TEST, false), "test")).hasSize(2 * (20 - 3 + 1));
    }

    @Test
    void statisticsAreThoseOfTraining() {
        SequenceAssemblerModel model = assembler().fit(events(TEST, false));
        assertThat(model.scaledCols()).containsExactly("x", "y");
        assertThat(model.shift()).containsExactly(29.5, 59.0);
        assertThatThrownBy(() -> assembler().setValidationStart("0").fit(events(TEST, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no rows in the training part");
    }

    @Test
    void flagsSplitAsTimesDo() {
        Dataset<Row> events = events(TEST, false).selectExpr("*", "t >= " + VALIDATION + " as v");
        SequenceAssembler byFlag =
                assembler().setValidationStart("").setTestStart("").setValidationIndicatorCol("v");
        SequenceAssembler byTime = assembler().setTestStart("");
        Dataset<Row> flagged = byFlag.fit(events).transform(events);
        Dataset<Row> timed = byTime.fit(events).transform(events);
        assertThat(flagged.where("not v").drop("v").orderBy("e", "t").collectAsList())
                .isNotEmpty()
                .isEqualTo(timed.where("part = 'training'")
                        .drop("part")
                        .orderBy("e", "t")
                        .collectAsList());
        assertThat(flagged.where("v").drop("v").orderBy("e", "t").collectAsList())
                .isNotEmpty()
                .isEqualTo(timed.where("part = 'validation'")
                        .drop("part")
                        .orderBy("e", "t")
                        .collectAsList());
        // A single event to validate on in the middle keeps every window that touches it out of training.
        Dataset<Row> middle = events.selectExpr("e", "t", "x", "y", "t = 50 as v");
        assertThat(byFlag.fit(middle).transform(middle).where("v").count()).isZero();
        assertThat(byFlag.fit(middle)
                        .transform(middle)
                        .where("t between 47 and 55")
                        .count())
                .isZero();
        assertThat(byFlag.fit(middle)
                        .transform(middle)
                        .where("t = 46 or t = 56")
                        .count())
                .isEqualTo(4);
        // At scoring the column may be missing.
        assertThat(byFlag.fit(events).transform(events.drop("v")).columns()).doesNotContain("v");
    }

    @Test
    @RealData
    void aWindowOfRealPricesEndsWhereItSaysAndIsFollowedByItsTarget() {
        StructType schema = new StructType()
                .add("Date", DataTypes.DateType)
                .add("Open", DataTypes.DoubleType)
                .add("High", DataTypes.DoubleType)
                .add("Low", DataTypes.DoubleType)
                .add("Close", DataTypes.DoubleType)
                .add("Volume", DataTypes.LongType)
                .add("Name", DataTypes.StringType);
        Dataset<Row> prices = LocalSpark.session()
                .read()
                .option("header", true)
                .schema(schema)
                .csv(RealData.Directory.file("stock-aapl/AAPL_2006-01-01_to_2018-01-01.csv")
                        .toString());
        Dataset<Row> windows = new SequenceAssembler()
                .setEntityCol("Name")
                .setTimeCol("Date")
                .setInputCols(new String[] {"Close", "Volume"})
                .setTargetCols(new String[] {"Close"})
                .setWindowLength(60)
                .setHorizon(1)
                .setTestStart("2015-08-07")
                .fit(prices)
                .transform(prices);
        assertThat(windows.count()).isEqualTo(3019 - 60);
        // By SQL's own words: the value of the last step is today's, the label that of the next trading day.
        prices.createOrReplaceTempView("prices");
        windows.createOrReplaceTempView("windows");
        assertThat(LocalSpark.session()
                        .sql(
                                "select * from windows w join (select Date as day, Close, lead(Close) over (order by Date) as"
                                        + " tomorrow, lead(Date) over (order by Date) as next from prices) p on w.Date = p.day where"
                                        + " sequence[59][0] = float(Close) and label[0] = float(tomorrow) and (part = 'test') = (next"
                                        + " >= date'2015-08-07')")
                        .count())
                .isEqualTo(3019 - 60);
    }
}
