package org.sparkmlext.ml.training;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.ml.feature.ImageAssembler;
import org.sparkmlext.ml.feature.ImageAssemblerParams;
import org.sparkmlext.ml.feature.ImageMetadata;
import org.sparkmlext.ml.input.BadInputException;
import org.sparkmlext.ml.input.OptionNames;
import org.sparkmlext.ml.neural.CnnClassifier;
import org.sparkmlext.ml.neural.CnnParams;
import org.sparkmlext.ml.neural.CnnRegressor;
import org.sparkmlext.ml.table.FeatureKind;
import org.sparkmlext.ml.table.TableLayout;
import org.sparkmlext.ml.table.TableOptions;
import org.sparkmlext.ml.table.TableUse;
import org.sparkmlext.training.TrainingListener;

/**
 * A convolutional network on a table of images. Files, by content or path, and Spark's images are brought to one size by a stage of the
 * pipeline, whose Params are settings too; of pixels those Params say the size.
 */
final class ImageTraining extends Training {
    private final ImageAssembler assembler;
    private final CnnParams network;

    /** @throws BadInputException on an unknown Param or a value it does not allow */
    ImageTraining(Algorithm algorithm, Map<String, String> settings, TrainingListener listener, OptionNames names) {
        this(algorithm, settings, listener, names, new ImageAssembler().setOutputCol(PREPARED));
    }

    private ImageTraining(
            Algorithm algorithm,
            Map<String, String> settings,
            TrainingListener listener,
            OptionNames names,
            ImageAssembler assembler) {
        this(algorithm, names, estimator(algorithm, settings, listener, names, assembler), assembler);
    }

    private ImageTraining(Algorithm algorithm, OptionNames names, Estimator<?> estimator, ImageAssembler assembler) {
        super(algorithm, names, estimator);
        this.assembler = assembler;
        network = (CnnParams) estimator;
        if (assembler.getHandleInvalid().equals(ImageAssemblerParams.NULL)) {
            // Else the network would fail at what was to be passed over.
            set("handleInvalid", "keep");
        }
    }

    private static Estimator<?> estimator(
            Algorithm algorithm,
            Map<String, String> settings,
            TrainingListener listener,
            OptionNames names,
            ImageAssembler assembler) {
        Estimator<?> estimator = algorithm.hasClasses()
                ? new CnnClassifier().addListener(listener)
                : new CnnRegressor().addListener(listener);
        StageSettings.apply(List.of(assembler, estimator), settings, names);
        return estimator;
    }

    @Override
    public TableUse use(TableOptions options) {
        options.refuseEvents(name());
        options.refuseBaseMargin(name());
        return new TableUse(FeatureKind.IMAGES, algorithm().hasClasses(), false);
    }

    @Override
    List<Transformer> preparation(TableLayout layout, String path, Dataset<Row> train) {
        if (layout.rowColumn() == null) {
            return List.of(SequenceTraining.inOneVector(layout));
        }
        StructField images = train.schema().apply(layout.rowColumn());
        if (isPixels(images)) {
            return List.of();
        }
        DataType type = images.dataType();
        if (!(type instanceof BinaryType || type instanceof StringType || type instanceof StructType)) {
            throw new BadInputException(path + ": column '" + images.name() + "' is " + type.simpleString()
                    + ", which holds no images; allowed are files (binary), paths of files (string), Spark's images, and"
                    + " pixels (arrays of numbers, vectors, texts of numbers)");
        }
        assembler.setInputCol(layout.rowColumn());
        if (type instanceof StringType) {
            assembler.setBaseDir(ModelDirectory.directoryOf(path, train.sparkSession()));
        }
        return List.of(assembler);
    }

    /** Arrays, vectors, and bytes whose column says the size. */
    private static boolean isPixels(StructField column) {
        DataType type = column.dataType();
        return type instanceof ArrayType
                || type.equals(SQLDataTypes.VectorType())
                || (type instanceof BinaryType && ImageMetadata.shape(column).isPresent());
    }

    @Override
    void setColumns(TableLayout layout, List<Transformer> preparation) {
        set("imageCol", columnOf(layout, preparation));
    }

    private static String columnOf(TableLayout layout, List<Transformer> preparation) {
        String rows = layout.rowColumn();
        return preparation.isEmpty() && rows != null ? rows : PREPARED;
    }

    /** Of pixels nothing but settings says the size. */
    @Override
    Dataset<Row> described(Dataset<Row> prepared, TableLayout layout) {
        String rows = layout.rowColumn();
        String name = rows != null && isPixels(prepared.schema().apply(rows)) ? rows : PREPARED;
        ImageShape shape = ImageMetadata.shape(prepared.schema().apply(name)).isPresent() ? null : shape(layout);
        return shape == null
                ? prepared
                : prepared.withColumn(
                        name, col("`" + name.replace("`", "``") + "`").as(name, ImageMetadata.of(shape)));
    }

    /** The size that settings say; null where they say none, and the network may. */
    private @Nullable ImageShape shape(TableLayout layout) {
        if (!assembler.isSet(assembler.height()) && !assembler.isSet(assembler.width())) {
            if (network.getNetwork().strip().startsWith("{")) {
                return null;
            }
            throw new BadInputException("columns of pixels do not say how large an image is; give it with "
                    + names().param("height", "...") + ", " + names().param("width", "...") + " and "
                    + names().param("channels", "...") + " (1 or 3)");
        }
        int height = assembler.getHeight();
        int width = assembler.getWidth();
        int length = layout.rowColumn() == null ? layout.features().size() : layout.rowLength();
        int channels = assembler.isSet(assembler.channels()) ? assembler.getChannels() : length / (height * width);
        if (length != height * width * channels) {
            throw new BadInputException(
                    "an image of the table has " + length + " numbers, but height " + height + ", width "
                            + width + (assembler.isSet(assembler.channels()) ? " and channels " + channels : "")
                            + " do not make that many; give all three with " + names().param("height", "...") + ", "
                            + names().param("width", "...") + " and " + names().param("channels", "...")
                            + " (1 or 3)");
        }
        return new ImageShape(height, width, channels);
    }
}
