package org.sparkmlext.ml.forecast;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Any Spark ML regressor on lags, such as boosted trees: one model a step of the horizon (the direct strategy; Ben Taieb and others, "A
 * review and comparison of strategies for multi-step ahead time series forecasting", 2012), shared by all series and targets.
 *
 * <p>A row is a window: {@code features} is the vector of the last {@code lags} values, oldest first, less the last of them, in units of
 * the series' standard deviation in its training part; {@code label} what comes the step's number of rows later, likewise. The regressor
 * reads these two columns and its model writes {@code prediction}; it is fitted {@code horizon} times an origin, or {@code horizon} times
 * in all where models are fitted once.
 */
public final class LagForecaster implements Forecaster {

    private static final String FEATURES = "features";
    private static final String LABEL = "label";
    private static final String LABELS = "__labels";
    private static final String PREDICTION = "prediction";
    private static final String LAST = "__last";
    private static final String SPREAD = "__spread";

    private static final StructType TRAINING = new StructType()
            .add(FEATURES, SQLDataTypes.VectorType())
            .add(LABELS, DataTypes.createArrayType(DataTypes.DoubleType));
    private static final StructType SCORING = new StructType()
            .add(ForecastColumns.ENTITY, DataTypes.StringType)
            .add(ForecastColumns.ORIGIN, DataTypes.LongType)
            .add(ForecastColumns.TARGET, DataTypes.StringType)
            .add(LAST, DataTypes.DoubleType)
            .add(SPREAD, DataTypes.DoubleType)
            .add(FEATURES, SQLDataTypes.VectorType());

    private final Estimator<?> regressor;
    private final int lags;

    private LagForecaster(Estimator<?> regressor, int lags) {
        this.regressor = regressor;
        this.lags = lags;
    }

    /** @param lags values looked back, at least 1 */
    public static LagForecaster of(Estimator<?> regressor, int lags) {
        if (lags < 1) {
            throw new IllegalArgumentException("a regression on lags looks at 1 at least, got " + lags);
        }
        return new LagForecaster(regressor, lags);
    }

    @Override
    public Dataset<Row> forecast(ForecastTask task) {
        Pass pass = new Pass(
                new LagWindows(lags, task.horizon()),
                task.columns().channels(),
                task.origins().stream().mapToLong(Long::longValue).toArray(),
                task.trainingEnd(),
                task.window());
        Dataset<Row> training = task.training()
                .sparkSession()
                .createDataFrame(
                        EventTable.series(task.training(), task.columns()).flatMap(pass::trainingRows), TRAINING)
                .persist(StorageLevel.MEMORY_AND_DISK());
        Dataset<Row> scoring = task.history()
                .sparkSession()
                .createDataFrame(
                        EventTable.series(task.history(), task.columns()).flatMap(pass::scoringRows), SCORING);
        try {
            Dataset<Row> all = null;
            for (int h = 1; h <= task.horizon(); h++) {
                Transformer model = (Transformer) regressor.fit(
                        training.withColumn(LABEL, col(LABELS).getItem(h - 1)).drop(LABELS));
                Dataset<Row> step = model.transform(scoring)
                        .select(
                                col(ForecastColumns.ENTITY),
                                col(ForecastColumns.ORIGIN),
                                lit(h).as(ForecastColumns.STEP),
                                col(ForecastColumns.TARGET),
                                col(LAST)
                                        .plus(col(SPREAD).multiply(col(PREDICTION)))
                                        .as(ForecastColumns.FORECAST));
                all = all == null ? step : all.unionByName(step);
            }
            return Objects.requireNonNull(all);
        } finally {
            training.unpersist();
        }
    }

    /** What goes to the executors. */
    private record Pass(LagWindows windows, List<String> targets, long[] origins, long trainingEnd, int window)
            implements Serializable {

        private Iterator<Row> trainingRows(Series series) {
            List<Row> rows = new ArrayList<>();
            for (int k = 0; k < targets.size(); k++) {
                double[] values = series.past(k).upTo(series.times().length - 1, Integer.MAX_VALUE);
                double spread = LagWindows.spread(values);
                for (int start = 0; start < windows.count(values.length); start++) {
                    double[] lags = new double[windows.lags()];
                    double[] next = new double[windows.horizon()];
                    windows.copyLags(values, start, spread, lags);
                    windows.copyNext(values, start, spread, next);
                    rows.add(RowFactory.create(Vectors.dense(lags), next));
                }
            }
            return rows.iterator();
        }

        private Iterator<Row> scoringRows(Series series) {
            List<Row> rows = new ArrayList<>();
            for (int k = 0; k < targets.size(); k++) {
                Series.Past past = series.past(k);
                double spread = LagWindows.spread(past.upTo(series.lastAt(trainingEnd), window));
                for (long origin : origins) {
                    double[] history = past.upTo(series.lastAt(origin), windows.lags());
                    if (history.length == windows.lags()) {
                        double[] lags = new double[windows.lags()];
                        windows.copyLags(history, 0, spread, lags);
                        rows.add(RowFactory.create(
                                series.entity(),
                                origin,
                                targets.get(k),
                                history[history.length - 1],
                                spread,
                                Vectors.dense(lags)));
                    }
                }
            }
            return rows.iterator();
        }
    }
}
