package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlext.testing.LocalSpark;

/** The base class of regressors, with a model whose answers are known by head. */
class FittedRegressorTest {

    /** Raw scores x + y - 1, x + y and x + y + 1; a missing value counts as 100. */
    private record Sums() implements ValueScorer {
        @Override
        public int numFeatures() {
            return 2;
        }

        @Override
        public int numMargins() {
            return 3;
        }

        @Override
        public double[] rawPrediction(float[] row) {
            double sum = 0;
            for (float value : row) {
                sum += Float.isNaN(value) ? 100 : value;
            }
            return new double[] {sum - 1, sum, sum + 1};
        }

        @Override
        public double[] values(double[] rawPrediction) {
            double[] doubled = rawPrediction.clone();
            for (int k = 0; k < doubled.length; k++) {
                doubled[k] *= 2;
            }
            return doubled;
        }
    }

    private static final class SumModel extends FittedRegressor<SumModel> {
        private static final long serialVersionUID = 1L;

        private final String valuesCol;

        SumModel(String valuesCol) {
            super("sum");
            this.valuesCol = valuesCol;
        }

        @Override
        protected ValueScorer scorer() {
            return new Sums();
        }

        @Override
        public List<String> featureNames() {
            return List.of("x", "y");
        }

        @Override
        protected boolean hasGivenNames() {
            return true;
        }

        @Override
        public int numOutputs() {
            return 3;
        }

        @Override
        protected String valuesCol() {
            return valuesCol;
        }

        @Override
        public SumModel copy(ParamMap extra) {
            return copyValues(new SumModel(valuesCol), extra);
        }

        @Override
        public MLWriter write() {
            throw new UnsupportedOperationException("a model of a test is not saved");
        }
    }

    private static Dataset<Row> data() {
        return LocalSpark.session().sql("select * from values (1, 2.5d), (3, null) as t(y, x)");
    }

    private static SumModel model(String valuesCol) {
        SumModel model = new SumModel(valuesCol);
        model.set(model.inputCols(), new String[] {"x", "y"});
        return model;
    }

    @Test
    void predictsTheMiddleOfSeveralValues() {
        SumModel model = model("");
        Dataset<Row> scored = model.transform(data());
        assertThat(scored.columns()).containsExactly("y", "x", "prediction");
        assertThat(scored.collectAsList().stream().map(row -> row.<Double>getAs("prediction")))
                .containsExactly(7.0, 206.0);
        assertThat(scored.schema()).isEqualTo(model.transformSchema(data().schema()));
        assertThat(model.predict(Vectors.dense(2.5, 1))).isEqualTo(7.0);
    }

    @Test
    void givesAllValuesAsAVector() {
        SumModel model = model("values");
        List<Row> rows = model.transform(data()).collectAsList();
        assertThat(rows.get(0).<Vector>getAs("values")).isEqualTo(Vectors.dense(5, 7, 9));
        assertThat(model.transform(data()).schema()).isEqualTo(model.transformSchema(data().schema()));
        model.setPredictionCol("");
        assertThat(model.transform(data()).columns()).containsExactly("y", "x", "values");
    }

    @Test
    void invalidRowsAndMissingColumnsAreTreatedAsByClassifiers() {
        SumModel model = model("");
        assertThatThrownBy(() -> model.transform(data().drop("x")))
                .hasMessageContaining("column 'x' (inputCols) is missing");
        Dataset<Row> infinite = data().selectExpr("y", "if(x is null, double('Infinity'), x) x");
        assertThatThrownBy(() -> model.transform(infinite).collectAsList())
                .hasStackTraceContaining("feature 'x' has the value Infinity");
        model.setHandleInvalid("skip");
        assertThat(model.transform(infinite).count()).isEqualTo(1);
    }

    @Test
    void worksInEvaluatorsAsAnyRegressor() {
        assertThat(model("").copy(new ParamMap()).getPredictionCol()).isEqualTo("prediction");
    }
}
