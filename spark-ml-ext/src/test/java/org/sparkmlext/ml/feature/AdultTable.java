package org.sparkmlext.ml.feature;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlext.testing.LocalSpark;
import org.sparkmlext.testing.RealData;

/** The Adult census data, its official split; the label is 1 for incomes above 50K. */
final class AdultTable {

    static final String[] NUMBERS = {"age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"
    };
    static final String[] TEXTS = {
        "workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"
    };
    static final String[] FEATURES = {
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "education-num",
        "marital-status",
        "occupation",
        "relationship",
        "race",
        "sex",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
        "native-country"
    };

    private AdultTable() {}

    static Dataset<Row> training() {
        return read("adult/adult-train.csv.gz");
    }

    static Dataset<Row> test() {
        return read("adult/adult-test.csv.gz");
    }

    private static Dataset<Row> read(String file) {
        String schema = "age int, workclass string, fnlwgt int, education string, `education-num` int,"
                + " `marital-status` string, occupation string, relationship string, race string, sex string,"
                + " `capital-gain` int, `capital-loss` int, `hours-per-week` int, `native-country` string, income string";
        return LocalSpark.session()
                .read()
                .option("ignoreLeadingWhiteSpace", true)
                .option("nullValue", "?")
                .schema(schema)
                .csv(RealData.Directory.file(file).toString())
                .where("income is not null")
                .withColumn("label", when(col("income").startsWith(">50K"), 1.0).otherwise(0.0))
                .drop("income");
    }
}
