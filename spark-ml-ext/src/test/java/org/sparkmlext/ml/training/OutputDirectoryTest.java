package org.sparkmlext.ml.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.ml.input.BadInputException;

class OutputDirectoryTest {

    @TempDir
    Path folder;

    private OutputDirectory claim(boolean overwrite) {
        return OutputDirectory.claim(folder.resolve("out").toString(), overwrite, new Configuration());
    }

    private static OutputDirectory.Content file(String text) {
        return directory -> {
            Path path = Path.of(directory.toUri().getPath());
            Files.createDirectories(path);
            Files.writeString(path.resolve("file"), text);
        };
    }

    private String content() throws IOException {
        return Files.readString(folder.resolve("out").resolve("file"));
    }

    @Test
    void appearsWholeAndLeavesNothingBeside() throws IOException {
        claim(false).write(file("one"));
        assertThat(content()).isEqualTo("one");
        assertThat(folder)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
    }

    @Test
    void anExistingOneIsRefusedOrReplaced() throws IOException {
        claim(false).write(file("one"));
        assertThatThrownBy(() -> claim(false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("exists already")
                .hasMessageContaining("--overwrite");
        claim(true).write(file("two"));
        assertThat(content()).isEqualTo("two");
        assertThat(folder.toFile().list()).containsExactly("out");
    }

    @Test
    void aFailureLeavesWhatWasThere() throws IOException {
        claim(false).write(file("one"));
        assertThatThrownBy(() -> claim(true).write(directory -> {
                    file("half").writeTo(directory);
                    throw new IllegalStateException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(content()).isEqualTo("one");
        assertThat(folder.toFile().list()).containsExactly("out");
    }

    @Test
    void oneThatAppearsMeanwhileIsNotReplaced() throws IOException {
        OutputDirectory early = claim(false);
        claim(false).write(file("one"));
        assertThatThrownBy(() -> early.write(file("two"))).hasMessageContaining("has appeared meanwhile");
        assertThat(content()).isEqualTo("one");
    }
}
