package org.sparkmlext.ml.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hadoop's local file system moves into an existing directory just as HDFS does. */
class NewPlaceTest {

    @TempDir
    Path folder;

    private void move(String from, String to) throws IOException {
        NewPlace.move(FileSystem.getLocal(new Configuration()), hadoop(from), hadoop(to));
    }

    private org.apache.hadoop.fs.Path hadoop(String name) {
        return new org.apache.hadoop.fs.Path(folder.resolve(name).toString());
    }

    private void directory(String name) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(name)).resolve("file"), name);
    }

    @Test
    void aDirectoryGoesWhereNothingIs() throws IOException {
        directory("draft");
        move("draft", "place");
        assertThat(folder.resolve("place/file")).hasContent("draft");
        assertThat(folder.resolve("draft")).doesNotExist();
    }

    @Test
    void whatHasComeToBeThereStaysAsItIs() throws IOException {
        directory("draft");
        directory("place");
        assertThatThrownBy(() -> move("draft", "place"))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("place has appeared meanwhile");
        assertThat(folder.resolve("place").toFile().list()).containsExactly("file");
        assertThat(folder.resolve("place/file")).hasContent("place");
        assertThat(folder.resolve("draft")).doesNotExist();
    }

    @Test
    void whatCannotBeRenamedIsAnError() {
        assertThatThrownBy(() -> move("absent", "place")).isInstanceOf(IOException.class);
        assertThat(folder.resolve("place")).doesNotExist();
    }
}
