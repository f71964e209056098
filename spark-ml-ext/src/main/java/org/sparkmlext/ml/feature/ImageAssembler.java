package org.sparkmlext.ml.feature;

import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.data.ImageStructReader;
import org.sparkmlext.ml.stage.FeatureColumns;

/**
 * Image files, by content or path, or Spark's images, of any size to pixels of one size, as networks take them.
 *
 * <p>The output is a binary column of {@code height * width * channels} unsigned bytes: pixel {@code (y, x)}'s channel {@code c} at
 * {@code (y * width + x) * channels + c}, channels being grey, or red, green, blue. {@link ImageMetadata} on the column says the
 * size.
 *
 * <p>JPEG files are turned upright by their EXIF orientation (Spark's image source does not do so, and its structs no longer say).
 * Samples are taken as stored, without colour profiles; alpha is dropped. Resampling is in float with fixed sums: the same bytes on
 * every machine and in every query, batch or stream.
 *
 * <p>Errors: a missing or wrongly typed column, or an output column that exists, give an {@link IllegalArgumentException} before any
 * data is read; a broken or null image fails the query with its origin, becomes null, or its row is left out, as
 * {@code handleInvalid} says.
 */
public final class ImageAssembler extends Transformer implements ImageAssemblerParams, DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private static final String PATH = "path";

    private final String uid;

    public ImageAssembler() {
        this(Identifiable$.MODULE$.randomUID("imageAssembler"));
    }

    public ImageAssembler(String uid) {
        this.uid = uid;
        ImageAssemblerParams.setDefaults(this);
    }

    /** Reader of saved assemblers; Spark's Pipeline calls it. */
    public static MLReader<ImageAssembler> read() {
        return new DefaultParamsReader<>();
    }

    /** Loads a saved assembler. */
    public static ImageAssembler load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public ImageAssembler copy(ParamMap extra) {
        return (ImageAssembler) defaultCopy(extra);
    }

    /** Size of the output. */
    public ImageShape shape() {
        return new ImageShape(getHeight(), getWidth(), getChannels());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        StructField input = FeatureColumns.find(schema, getInputCol(), "inputCol");
        DataType type = input.dataType();
        if (!(type instanceof BinaryType) && !(type instanceof StringType) && !ImageStructReader.isImage(type)) {
            throw new IllegalArgumentException(
                    "column '" + input.name() + "' (inputCol) has type " + type.simpleString()
                            + "; allowed: binary (a whole image file each), string (the path of one), or Spark's image struct. Read "
                            + "files with ImageFolder, or with format(\"binaryFile\") or format(\"image\").");
        }
        originName(schema);
        if (Arrays.stream(schema.fieldNames()).anyMatch(getOutputCol()::equalsIgnoreCase)) {
            throw new IllegalArgumentException("column '" + getOutputCol()
                    + "' exists already; rename or drop it, or set outputCol to another name");
        }
        return schema.add(new StructField(getOutputCol(), DataTypes.BinaryType, true, ImageMetadata.of(shape())));
    }

    private @Nullable String originName(StructType schema) {
        if (isSet(originCol())) {
            StructField origin = FeatureColumns.find(schema, getOriginCol(), "originCol");
            if (!(origin.dataType() instanceof StringType)) {
                throw new IllegalArgumentException("column '" + origin.name() + "' (originCol) has type "
                        + origin.dataType().simpleString() + "; allowed: string");
            }
            return origin.name();
        }
        boolean hasPath = Arrays.stream(schema.fields())
                .anyMatch(field -> field.name().equals(PATH) && field.dataType() instanceof StringType);
        return hasPath ? PATH : null;
    }

    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        transformSchema(data.schema());
        ImageResizer resizer = new ImageResizer(
                shape(),
                ImageResizer.Mode.valueOf(getResizeMode().toUpperCase(Locale.ROOT)),
                ImageResizer.Interpolation.valueOf(getInterpolation().toUpperCase(Locale.ROOT)));
        boolean skips = getHandleInvalid().equals(SKIP);
        UserDefinedFunction step = functions
                .udf(
                        new ImageStep(
                                resizer,
                                files(data),
                                getInputCol(),
                                getHandleInvalid().equals(ERROR)),
                        DataTypes.BinaryType)
                .withName("assemble_image");
        if (skips) {
            // Else Spark pushes the filter below the projection and decodes every image twice.
            step = step.asNondeterministic();
        }
        Column pixels = step.apply(FeatureColumns.byName(getInputCol()), origin(data.schema()));
        Dataset<Row> rows =
                data.toDF().select(functions.col("*"), pixels.as(getOutputCol(), ImageMetadata.of(shape())));
        return skips ? rows.where(FeatureColumns.byName(getOutputCol()).isNotNull()) : rows;
    }

    private @Nullable ImageFiles files(Dataset<?> data) {
        return inputType(data.schema()) instanceof StringType ? ImageFiles.of(data.sparkSession(), getBaseDir()) : null;
    }

    private DataType inputType(StructType schema) {
        return FeatureColumns.find(schema, getInputCol(), "inputCol").dataType();
    }

    private Column origin(StructType schema) {
        String name = originName(schema);
        if (name != null) {
            return FeatureColumns.byName(name);
        }
        Column input = FeatureColumns.byName(getInputCol());
        DataType type = inputType(schema);
        if (type instanceof StringType) {
            return input;
        }
        return type instanceof StructType
                ? input.getField("origin")
                : functions.lit(null).cast(DataTypes.StringType);
    }

    private ImageAssembler same(Object ignored) {
        return this;
    }

    public ImageAssembler setInputCol(String value) {
        return same(set(inputCol(), value));
    }

    public ImageAssembler setOutputCol(String value) {
        return same(set(outputCol(), value));
    }

    public ImageAssembler setHeight(int value) {
        return same(set(height(), value));
    }

    public ImageAssembler setWidth(int value) {
        return same(set(width(), value));
    }

    public ImageAssembler setChannels(int value) {
        return same(set(channels(), value));
    }

    public ImageAssembler setResizeMode(String value) {
        return same(set(resizeMode(), value));
    }

    public ImageAssembler setInterpolation(String value) {
        return same(set(interpolation(), value));
    }

    public ImageAssembler setHandleInvalid(String value) {
        return same(set(handleInvalid(), value));
    }

    public ImageAssembler setBaseDir(String value) {
        return same(set(baseDir(), value));
    }

    public ImageAssembler setOriginCol(String value) {
        return same(set(originCol(), value));
    }
}
