package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamMap$;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.sparkmlext.ml.stage.EventColumns;

/**
 * Columns of a table to features, in one stage: numbers are imputed and scaled, texts become categories, dates their parts. What the
 * columns' types do not tell, lists of columns and {@code overrides} do.
 *
 * <p>{@link #fit} reads the table once; where medians or {@code scaling} robust are wanted of columns with more than 65,536 values, once
 * or a few times more. What it finds is exact, and the same for any order and partitioning of the rows: sums are not rounded (Kulisch
 * 2008), medians and quartiles are those of all values, ties between categories go by value.
 *
 * <p>Output: the data with {@code outputCol}, a vector with a name for each entry, and a double a feature under {@code columnPrefix};
 * see {@link TableAssemblerModel#getFeatureNames}. Nothing is dropped.
 *
 * <p>Errors: missing or wrongly typed columns, Params that contradict each other, no rows, and values that the Params refuse give an
 * {@link IllegalArgumentException}.
 */
public final class TableAssembler extends Estimator<TableAssemblerModel>
        implements TableAssemblerSetters<TableAssembler>, DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;

    public TableAssembler() {
        this(Identifiable$.MODULE$.randomUID("tableAssembler"));
    }

    public TableAssembler(String uid) {
        this.uid = uid;
        TableAssemblerParams.setDefaults(this);
    }

    /** Reader of saved assemblers; Spark's Pipeline calls it. */
    public static MLReader<TableAssembler> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved assembler. */
    public static TableAssembler load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public TableAssembler copy(ParamMap extra) {
        return (TableAssembler) defaultCopy(extra);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        List<String> features = TablePlan.of(this, schema).plainNames();
        return TableOutput.unfitted(schema, getOutputCol(), getColumnPrefix(), features);
    }

    /**
     * Finds what stands for missing values, scales and categories.
     *
     * @throws IllegalArgumentException see above
     */
    @Override
    public TableAssemblerModel fit(Dataset<?> data) {
        transformSchema(data.schema());
        TablePlan plan = TablePlan.of(this, data.schema());
        String zone = EventColumns.zone(data).getId();
        FittedTable table = TableFit.fit(this, plan, data, zone);
        TableAssemblerModel model = copyValues(new TableAssemblerModel(uid, table), ParamMap$.MODULE$.empty());
        model.setParent(this);
        return model;
    }
}
