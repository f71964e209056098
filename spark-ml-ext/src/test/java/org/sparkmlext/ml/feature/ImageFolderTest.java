package org.sparkmlext.ml.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LocalSpark;

class ImageFolderTest {

    private static final byte[] PNG = DrawnImages.file(DrawnImages.quarters(8, 4), "png");

    @TempDir
    private Path root;

    private static SparkSession spark() {
        return LocalSpark.session();
    }

    private void put(String... files) throws IOException {
        for (String file : files) {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.write(path, PNG);
        }
    }

    @Test
    void classesAreTheFoldersInTheOrderOfTheirNames() throws IOException {
        put("cat/1.PNG", "cat/deep/er/2.jpg", "cat/notes.txt", "a dog [1]/x y.Jpeg", "a dog [1]/z%20.bmp");
        put("10/a.gif", ".hidden/a.png", "_tmp/a.png", "loose.png");
        Dataset<Row> data = ImageFolder.read(spark(), root.toString());
        assertThat(data.columns()).containsExactly("path", "content", "label", "className");
        List<Row> rows = data.orderBy("label", "path").collectAsList();
        assertThat(rows)
                .extracting(row -> row.getString(3))
                .containsExactly("10", "a dog [1]", "a dog [1]", "cat", "cat");
        assertThat(rows).extracting(row -> row.getDouble(2)).containsExactly(0.0, 1.0, 1.0, 2.0, 2.0);
        assertThat(rows.get(1).getString(0)).endsWith("/a dog [1]/x y.Jpeg");
        assertThat((byte[]) rows.get(0).get(1)).isEqualTo(PNG);
        Dataset<Row> names =
                new IndexToString().setInputCol("label").setOutputCol("name").transform(data);
        assertThat(names.where("name <> className").count()).isZero();
    }

    @Test
    void foldersWithoutClassesOrImagesAreRefused() throws IOException {
        assertThatThrownBy(() -> ImageFolder.read(spark(), root.resolve("none").toString()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("none does not exist");
        assertThatThrownBy(() -> ImageFolder.read(spark(), root.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no folders in it; needed is one folder of image files for each class");
        put("loose.png");
        assertThatThrownBy(() -> ImageFolder.read(spark(), root.toString()))
                .hasMessageContaining("has no folders in it");
        put("a/1.png", "b/notes.txt");
        assertThatThrownBy(() -> ImageFolder.read(spark(), root.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/b holds no image file (jpg, jpeg, png");
    }

    @Test
    void imagesInNoClassesAreReadToo() throws IOException {
        put("loose.png", "a/deep/1.JPG", "a/notes.txt");
        Dataset<Row> data = ImageFolder.files(spark(), root.toString());
        assertThat(data.columns()).containsExactly("path", "content");
        List<Row> rows = data.orderBy("path").collectAsList();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).getString(0)).endsWith("/a/deep/1.JPG");
        assertThat((byte[]) rows.get(1).get(1)).isEqualTo(PNG);
        Files.createDirectories(root.resolve("empty"));
        assertThatThrownBy(
                        () -> ImageFolder.files(spark(), root.resolve("empty").toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty holds no image file");
        assertThatThrownBy(() -> ImageFolder.files(spark(), root.resolve("none").toString()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("none does not exist");
    }
}
