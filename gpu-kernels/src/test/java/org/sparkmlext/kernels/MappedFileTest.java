package org.sparkmlext.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read, wherever it lies; nothing is left of a closed file. */
public class MappedFileTest {

    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir
    private Path directory;

    /** Mappings of this process of files whose name begins so; 0 where the system cannot tell. */
    public static long numMappings(String name) throws IOException {
        if (!Files.exists(MAPS)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.filter(line -> line.contains("/" + name)).count();
        }
    }

    @Test
    void mappingsSeeWhatIsWrittenBeforeAndAfter() throws IOException {
        try (MappedFile file = MappedFile.create(directory, "test", 10_000)) {
            file.write(5000, ByteBuffer.wrap(new byte[] {1, 2}));
            ByteBuffer part = file.map(4999, 5001);
            file.write(9999, ByteBuffer.wrap(new byte[] {3}));
            assertThat(new byte[] {part.get(0), part.get(1), part.get(2), part.get(5000)})
                    .containsExactly(0, 1, 2, 3);
            assertThatThrownBy(() -> file.write(9999, ByteBuffer.allocate(2)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            file.seal();
            assertThat(part.get(2)).isEqualTo((byte) 2);
        }
    }

    @Test
    void nothingIsLeftOfManyFiles() throws IOException {
        for (int i = 0; i < 500; i++) {
            try (MappedFile file = MappedFile.create(directory, "many", 1 << 20)) {
                file.write(0, ByteBuffer.allocate(4096));
                file.map(0, 1 << 20);
                file.map(4096, 4096);
                assertThat(numMappings("many")).isLessThanOrEqualTo(2);
            }
        }
        assertThat(numMappings("many")).isZero();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileHasNoNameWhileItIsUsed() throws IOException {
        try (MappedFile file = MappedFile.create(directory, "test", 100)) {
            file.map(0, 100);
            if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                assertThat(directory).isEmptyDirectory();
            }
        }
    }

    @Test
    void tooLittleSpaceIsToldWithNumbers() {
        assertThatThrownBy(() -> MappedFile.create(directory, "test", 1L << 60))
                .isInstanceOf(IOException.class)
                .hasMessageContaining((1L << 60) + " bytes are needed in " + directory)
                .hasMessageMatching(".*but \\d+ are free there");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsNoneIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> MappedFile.create(file, "test", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no file can be made in " + file);
    }
}
