package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.data.ImageShape;
import org.sparkmlext.testing.LocalSpark;

class ImageAssemblerTest {

    private static final byte[] PNG = DrawnImages.file(DrawnImages.quarters(8, 4), "png");

    @TempDir
    private Path directory;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    private static Dataset<Row> files(byte[]... contents) {
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("content", DataTypes.BinaryType)
                .add("n", DataTypes.IntegerType);
        List<Row> rows = new ArrayList<>();
        for (byte[] content : contents) {
            rows.add(RowFactory.create("file:/x/" + rows.size() + ".png", content, rows.size()));
        }
        return spark().createDataFrame(rows, schema);
    }

    private static ImageAssembler small() {
        return new ImageAssembler().setHeight(2).setWidth(2);
    }

    @Test
    void pixelsComeRowByRowWithTheirSizeInTheSchema() {
        Dataset<Row> out = small().transform(files(PNG));
        assertThat((byte[]) out.select("image").head().get(0))
                .containsExactly(-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1);
        assertThat(ImageMetadata.shape(out.schema().apply("image"))).contains(new ImageShape(2, 2, 3));
        // The schema keeps it through a query and a file.
        String path = directory.resolve("parquet").toString();
        out.where("n = 0").select("image").write().parquet(path);
        assertThat(ImageMetadata.shape(spark().read().parquet(path).schema().apply("image")))
                .contains(new ImageShape(2, 2, 3));
        Dataset<Row> grey = small().setChannels(1).transform(files(PNG));
        assertThat((byte[]) grey.select("image").head().get(0)).containsExactly(76, (byte) 150, 29, (byte) 255);
    }

    @Test
    void aColumnWithoutASizeSaysNone() {
        assertThat(ImageMetadata.shape(files(PNG).schema().apply("content"))).isEmpty();
        var wrong = new org.apache.spark.sql.types.StructField(
                "x",
                DataTypes.BinaryType,
                true,
                org.apache.spark.sql.types.Metadata.fromJson("{\"image\": {\"height\": 0, \"width\": 1}}"));
        assertThatThrownBy(() -> ImageMetadata.shape(wrong))
                .hasMessageContaining("column 'x' has the metadata")
                .hasMessageContaining("as ImageAssembler writes it");
    }

    @Test
    void aBrokenImageIsAnErrorANullOrLeftOut() {
        Dataset<Row> data = files(PNG, Arrays.copyOf(PNG, 40), null, PNG);
        assertThatThrownBy(() -> small().transform(data).collectAsList())
                .hasStackTraceContaining(
                        "column 'content' (inputCol) holds an image that cannot be read, of file:/x/1.png")
                .hasStackTraceContaining("Set handleInvalid to null or skip");
        List<Row> nulls = small().setHandleInvalid("null")
                .transform(data)
                .select("n", "image")
                .collectAsList();
        assertThat(nulls).extracting(row -> row.isNullAt(1)).containsExactly(false, true, true, false);
        List<Row> kept =
                small().setHandleInvalid("skip").transform(data).select("n").collectAsList();
        assertThat(kept).extracting(row -> row.getInt(0)).containsExactly(0, 3);
        assertThatThrownBy(() ->
                        small().transform(data.drop("path").where("n = 2")).collectAsList())
                .hasStackTraceContaining("cannot be read: the image is null")
                .hasStackTraceContaining("with originCol messages name the image");
    }

    @Test
    void anImageIsDecodedOnceWhereBrokenOnesAreLeftOut() {
        LongAccumulator reads = spark().sparkContext().longAccumulator("reads");
        var counted = org.apache.spark.sql.functions.udf(
                (org.apache.spark.sql.api.java.UDF1<byte[], byte[]>) content -> {
                    reads.add(1);
                    return content;
                },
                DataTypes.BinaryType);
        Dataset<Row> data = files(PNG, PNG)
                .withColumn(
                        "content", counted.asNondeterministic().apply(org.apache.spark.sql.functions.col("content")));
        assertThat(small().setHandleInvalid("skip").transform(data).collectAsList())
                .hasSize(2);
        assertThat(reads.value()).isEqualTo(2);
    }

    @Test
    void pathsAreReadWhereTheyPoint() throws Exception {
        Files.createDirectories(directory.resolve("in a folder"));
        Path file = Files.write(directory.resolve("in a folder/one.png"), PNG);
        Files.write(directory.resolve("broken.png"), Arrays.copyOf(PNG, 40));
        StructType schema = new StructType().add("file", DataTypes.StringType);
        Dataset<Row> data = spark().createDataFrame(
                        List.of(
                                RowFactory.create("in a folder/one.png"),
                                RowFactory.create("file:" + file),
                                RowFactory.create(file.toString()),
                                RowFactory.create("broken.png"),
                                RowFactory.create("gone.png"),
                                RowFactory.create(""),
                                RowFactory.create((Object) null)),
                        schema);
        ImageAssembler assembler = small().setInputCol("file").setBaseDir(directory.toString());
        List<Row> rows = assembler.setHandleInvalid("null").transform(data).collectAsList();
        assertThat(rows)
                .extracting(row -> row.isNullAt(1))
                .containsExactly(false, false, false, true, true, true, true);
        assertThat(rows.subList(0, 3))
                .allSatisfy(row ->
                        assertThat((byte[]) row.get(1)).containsExactly(-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1));
        assertThatThrownBy(() -> small().setInputCol("file")
                        .transform(data.where("file = 'gone.png'"))
                        .collectAsList())
                .hasStackTraceContaining("of gone.png: there is no such file");
        // A file system that is not there says nothing of the image: it is never passed over.
        Dataset<Row> elsewhere = spark().createDataFrame(List.of(RowFactory.create("nothing://host/one.png")), schema);
        assertThatThrownBy(() -> assembler.transform(elsewhere).collectAsList())
                .hasStackTraceContaining("the image file nothing://host/one.png cannot be read");
    }

    @Test
    void sparksImagesAreTakenToo() throws Exception {
        Files.write(directory.resolve("a.png"), PNG);
        Files.write(directory.resolve("b.png"), new byte[] {1, 2, 3});
        Dataset<Row> images = spark().read().format("image").load(directory.toString());
        ImageAssembler assembler = small().setInputCol("image").setOutputCol("pixels");
        assertThatThrownBy(() -> assembler.transform(images).collectAsList())
                .hasStackTraceContaining("b.png")
                .hasStackTraceContaining("no image");
        List<Row> rows = assembler
                .setHandleInvalid("skip")
                .transform(images)
                .select("pixels")
                .collectAsList();
        assertThat(rows).hasSize(1);
        assertThat((byte[]) rows.get(0).get(0)).containsExactly(-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1);
    }

    @Test
    void worksInAStream() throws Exception {
        Path in = Files.createDirectory(directory.resolve("in"));
        Files.write(in.resolve("a.png"), PNG);
        StructType schema =
                spark().read().format("binaryFile").load(in.toString()).schema();
        Dataset<Row> stream =
                spark().readStream().format("binaryFile").schema(schema).load(in.toString());
        StreamingQuery query = small().setHandleInvalid("skip")
                .transform(stream)
                .select("image")
                .writeStream()
                .format("memory")
                .queryName("assembled")
                .start();
        try {
            query.processAllAvailable();
            assertThat(spark().table("assembled").collectAsList()).hasSize(1);
        } finally {
            query.stop();
        }
    }

    @Test
    void columnsOfOtherTypesAreRefused() {
        assertThatThrownBy(() -> small().setInputCol("n").transform(files(PNG)))
                .hasMessageContaining("column 'n' (inputCol) has type int; allowed: binary")
                .hasMessageContaining("Read files with ImageFolder");
        assertThatThrownBy(() -> small().setOriginCol("n").transform(files(PNG)))
                .hasMessageContaining("column 'n' (originCol) has type int; allowed: string");
        assertThatThrownBy(() -> small().setHeight(0)).hasMessageContaining("height is 0; allowed: 1 to 16384");
        assertThatThrownBy(() -> small().setChannels(2)).hasMessageContaining("channels is 2; allowed: 1 or 3");
    }
}
