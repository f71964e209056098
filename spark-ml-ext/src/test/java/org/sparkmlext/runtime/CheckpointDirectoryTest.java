package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.testing.LogLines;
import org.sparkmlext.training.RoundState;

/** Files of checkpoints: whole ones come back, others are passed over, old ones go. */
class CheckpointDirectoryTest {

    @TempDir
    private Path folder;

    private CheckpointDirectory open() {
        return CheckpointDirectory.open(folder.toString(), new Configuration());
    }

    private static RoundState state(int round) {
        byte[] bytes = new byte[1000 + round];
        Arrays.fill(bytes, (byte) round);
        bytes[7] = '\n';
        return new RoundState(round, bytes, true);
    }

    private void write(int... rounds) throws IOException {
        for (int round : rounds) {
            open().write(state(round));
        }
    }

    private Path file(int rounds) {
        return folder.resolve(String.format("round-%06d.checkpoint", rounds));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> !name.endsWith(".crc"))
                    .sorted()
                    .toList();
        }
    }

    private void holds(int round) throws IOException {
        RoundState latest = open().latest().orElseThrow();
        assertThat(latest.round()).isEqualTo(round);
        assertThat(latest.bytes()).isEqualTo(state(round).bytes());
        assertThat(latest.isWhole()).isTrue();
    }

    @Test
    void theNewestTwoAreKept() throws IOException {
        assertThat(open().latest()).isEmpty();
        write(0);
        holds(0);
        write(1, 2, 3);
        assertThat(names()).containsExactly("round-000003.checkpoint", "round-000004.checkpoint");
        holds(3);
    }

    @Test
    void aStateIsWrittenAgainInPlaceOfADamagedOne() throws IOException {
        write(0, 1);
        Files.write(file(2), new byte[5]);
        Files.deleteIfExists(folder.resolve(".round-000002.checkpoint.crc"));
        write(1);
        holds(1);
    }

    @Test
    void damagedFilesArePassedOverWithALineEach() throws IOException {
        write(0, 1);
        byte[] whole = Files.readAllBytes(file(2));
        byte[] flipped = whole.clone();
        flipped[whole.length - 3] ^= 1;
        byte[] ofOther = Files.readAllBytes(file(1));
        for (byte[] damaged : List.of(
                new byte[0], Arrays.copyOf(whole, 40), Arrays.copyOf(whole, whole.length - 1), flipped, ofOther)) {
            Files.write(file(2), damaged);
            // What Hadoop's local file system keeps beside: it would find the damage too.
            Files.deleteIfExists(folder.resolve(".round-000002.checkpoint.crc"));
            try (LogLines log = LogLines.of(CheckpointDirectory.class)) {
                holds(0);
                assertThat(log.lines()).singleElement().asString().contains("round-000002.checkpoint", "is damaged");
            }
        }
        Files.write(file(2), flipped);
        Files.write(file(1), new byte[] {1});
        Files.deleteIfExists(folder.resolve(".round-000001.checkpoint.crc"));
        try (LogLines log = LogLines.of(CheckpointDirectory.class)) {
            assertThat(open().latest()).isEmpty();
            assertThat(log.lines()).hasSize(2);
        }
    }

    @Test
    void whatTheFileSystemFindsDamagedIsPassedOverToo() throws IOException {
        write(0, 1);
        byte[] whole = Files.readAllBytes(file(2));
        whole[whole.length / 2] ^= 1;
        Files.write(file(2), whole);
        holds(0);
    }

    @Test
    void aNewerVersionIsRefusedAndNotPassedOver() throws IOException {
        write(0, 1);
        String text = Files.readString(file(2), StandardCharsets.ISO_8859_1);
        Files.writeString(file(2), text.replace("\"version\": 1", "\"version\": 2"), StandardCharsets.ISO_8859_1);
        Files.deleteIfExists(folder.resolve(".round-000002.checkpoint.crc"));
        assertThatThrownBy(() -> open().latest())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("up to 1")
                .hasMessageContaining("another directory");
    }

    @Test
    void whatAKilledApplicationLeftHalfWrittenGoes() throws IOException {
        write(0);
        Files.write(folder.resolve(".round-000002.checkpoint.writing-abc"), new byte[10]);
        Files.createDirectories(folder.resolve(".best-model.writing-abc/metadata"));
        Files.writeString(folder.resolve("notes.txt"), "somebody's own");
        holds(0);
        assertThat(names()).containsExactly("notes.txt", "round-000001.checkpoint");
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "a file");
        for (String directory : List.of(file.toString(), file.resolve("below").toString(), "nofs://host/path")) {
            assertThatThrownBy(() -> CheckpointDirectory.open(directory, new Configuration()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("checkpointDir is '" + directory + "'")
                    .hasMessageContaining("cannot be written to");
        }
    }
}
