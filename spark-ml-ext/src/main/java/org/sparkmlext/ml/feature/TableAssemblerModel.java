package org.sparkmlext.ml.feature;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * What {@link TableAssembler} fits. Of its Params {@code outputCol} and {@code columnPrefix} may be set anew before {@link #transform};
 * the others tell how it was fitted and change nothing any more.
 *
 * <p>Columns are found by name, and must have a type of the same kind as in fit: a number for a number, and for categories the very type,
 * whole numbers of any width being one. Timestamps are read in the time zone of the session that fitted the model.
 */
public final class TableAssemblerModel extends Model<TableAssemblerModel>
        implements TableAssemblerSetters<TableAssemblerModel>, MLWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private final FittedTable table;

    public TableAssemblerModel() {
        this(Identifiable$.MODULE$.randomUID("tableAssembler"));
    }

    /** A model of no columns, whose vectors are empty. */
    public TableAssemblerModel(String uid) {
        this(uid, FittedTable.empty());
    }

    TableAssemblerModel(String uid, FittedTable table) {
        this.uid = uid;
        this.table = table;
        TableAssemblerParams.setDefaults(this);
    }

    /** Reader of saved models; Spark's Pipeline calls it. */
    public static MLReader<TableAssemblerModel> read() {
        return new TableAssemblerFiles.Reader();
    }

    /** Loads a saved model. */
    public static TableAssemblerModel load(String path) {
        return read().load(path);
    }

    @Override
    public MLWriter write() {
        return new TableAssemblerFiles.Writer(this, table);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public TableAssemblerModel copy(ParamMap extra) {
        TableAssemblerModel copy = copyValues(new TableAssemblerModel(uid, table), extra);
        copy.setParent(parent());
        return copy;
    }

    /**
     * Names of the features in the order of the vector: a number's is that of its column, a date's {@code column_part}, a category's its
     * column, or {@code column=value} where it is one-hot, and an indicator's {@code column_missing}. A name that is taken, whatever the
     * case, gets a {@code _} appended. The plain columns have {@code columnPrefix} before it.
     */
    public String[] getFeatureNames() {
        return table.features().toArray(String[]::new);
    }

    /**
     * The categories of a column in their order, {@code (other)} and {@code (missing)} last where it has them.
     *
     * @throws IllegalArgumentException if the model has no such column of categories
     */
    public String[] getCategories(String column) {
        List<FittedColumn> categorical =
                table.columns().stream().filter(c -> c.categories() != null).toList();
        return categorical.stream()
                .filter(c -> c.column().equalsIgnoreCase(column))
                .flatMap(c -> Stream.ofNullable(c.categories()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the model has no categories of column '" + column
                        + "'; it has those of "
                        + categorical.stream().map(FittedColumn::column).toList()))
                .labels()
                .toArray(String[]::new);
    }

    /** The time zone in which timestamps have a date and an hour. */
    public String getTimeZone() {
        return table.timeZone();
    }

    private TableOutput output() {
        return new TableOutput(table, getOutputCol(), getColumnPrefix());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return output().appendTo(schema);
    }

    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        return output().append(data);
    }

    @Override
    public String toString() {
        return "TableAssemblerModel: uid=" + uid + ", columns="
                + table.columns().size() + ", features=" + table.features().size();
    }
}
