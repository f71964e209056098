package org.sparkmlext.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.DenseFeatures;
import org.sparkmlext.data.FeatureBlock;
import org.sparkmlext.data.SequenceFeatures;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TabularFeatures;
import org.sparkmlext.data.WindowPlan;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.MappedFileTest;

/** Blocks in files are what they were, and leave nothing behind. */
class ShardFilesTest {

    private static final int NUM_ROWS = 700;

    @TempDir
    private Path directory;

    /** Three features, of arrays longer than the block, with values whose bits a careless copy would change. */
    private static TableBlock block() {
        SplittableRandom random = new SplittableRandom(4);
        float[][] columns = new float[3][NUM_ROWS + 9];
        for (float[] column : columns) {
            for (int r = 0; r < column.length; r++) {
                column[r] = Float.intBitsToFloat(random.nextInt());
            }
        }
        columns[1][5] = -0f;
        columns[2][6] = Float.NaN;
        return new TableBlock(NUM_ROWS, columns, new float[NUM_ROWS], null, true);
    }

    private static int[] bits(float[] values, int from, int to) {
        int[] bits = new int[to - from];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[from + i]));
        return bits;
    }

    @Test
    void aBlockInAFileReadsAsItWas() throws IOException {
        TableBlock block = block();
        try (ShardFiles files = new ShardFiles(3, directory)) {
            TableBlock kept = files.keep(block);
            assertThat(kept.labels()).isSameAs(block.labels());
            assertThat(kept.isValidation()).isTrue();
            TabularFeatures features = kept.table();
            TabularFeatures slice = features.slice(100, 300);
            float[] rows = new float[3 * 200];
            features.copyRows(100, 300, rows);
            float[] expectedRows = new float[3 * 200];
            block.table().copyRows(100, 300, expectedRows);
            assertThat(bits(rows, 0, rows.length)).isEqualTo(bits(expectedRows, 0, rows.length));
            for (int f = 0; f < 3; f++) {
                float[] expected = block.table().column(f);
                assertThat(bits(features.column(f), 0, NUM_ROWS)).isEqualTo(bits(expected, 0, NUM_ROWS));
                assertThat(features.column(f)).hasSize(NUM_ROWS);
                assertThat(bits(slice.column(f), 0, 200)).isEqualTo(bits(expected, 100, 300));
            }
            assertThat(features.numStored()).isEqualTo(3 * NUM_ROWS);
            assertThat(features.contentHash())
                    .isEqualTo(block.features().slice(0, NUM_ROWS).contentHash());
            assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(kept))
                    .isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void sequencesInAFileReadAsTheyWere() throws IOException {
        SequenceFeatures features =
                new SequenceFeatures(new WindowPlan(3, 2, 1, 1, List.of(1)), 2, new int[] {0, 8, 13}, new float[26]);
        for (int i = 0; i < 26; i++) {
            features.values()[i] = i;
        }
        TableBlock block = new TableBlock(features.numRows(), features, new float[0], null, null, false);
        try (ShardFiles files = new ShardFiles(3, directory)) {
            SequenceFeatures kept = (SequenceFeatures) files.keep(block).features();
            assertThat(kept.isOnHeap()).isFalse();
            assertThat(kept.contentHash()).isEqualTo(features.contentHash());
            assertThat(kept.slice(1, 3).contentHash())
                    .isEqualTo(features.slice(1, 3).contentHash());
            float[] row = new float[3];
            kept.copyWindow(1, row, 0);
            assertThat(row).containsExactly(4, 6, 8);
            assertThatThrownBy(() -> StoredBlock.store(new TableBlock(4, kept, new float[0], null, null, false), 0, 0))
                    .hasMessageContaining("belong to one process");
        }
        assertThat(MappedFileTest.numMappings("spark-ml-ext-rank3-")).isZero();
    }

    @Test
    void droppedBlocksAreUnmappedAtOnceAndTheOthersAtTheEnd() throws IOException {
        assertThat(MappedFileTest.numMappings("spark-ml-ext-rank77")).isZero();
        try (ShardFiles files = new ShardFiles(77, directory)) {
            TableBlock first = files.keep(block());
            TableBlock second = files.keep(block());
            long both = MappedFileTest.numMappings("spark-ml-ext-rank77");
            first.dropFeatures();
            first.dropFeatures();
            assertThat(MappedFileTest.numMappings("spark-ml-ext-rank77")).isEqualTo(both / 2);
            assertThatThrownBy(() -> first.table().column(0)).hasMessageContaining("were dropped");
            assertThat(second.table().column(0)).hasSize(NUM_ROWS);
        }
        assertThat(MappedFileTest.numMappings("spark-ml-ext-rank77")).isZero();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void sparseBlocksStayOnTheHeap() {
        FeatureBlock sparse =
                new SparseFeatures(9, 2, 0f, new int[] {3}, new int[] {0, 1}, new short[] {1}, new float[] {2});
        TableBlock block = new TableBlock(2, sparse, new float[2], null, null, false);
        try (ShardFiles files = new ShardFiles(0, directory)) {
            assertThat(files.keep(block)).isSameAs(block);
        }
    }

    @Test
    void bytesStayOnTheHeap() {
        TableBlock block =
                new TableBlock(2, new ByteFeatures(2, 2, Float.NaN, new byte[4]), new float[2], null, null, false);
        try (ShardFiles files = new ShardFiles(0, directory)) {
            assertThat(files.keep(block)).isSameAs(block);
        }
    }

    @Test
    void emptyBlocksAndTablesWithoutFeaturesAreNoTrouble() {
        try (ShardFiles files = new ShardFiles(0, directory)) {
            TableBlock none = files.keep(new TableBlock(2, new float[0][], new float[2], null, false));
            assertThat(none.features().numFeatures()).isZero();
            TableBlock empty =
                    files.keep(new TableBlock(0, new DenseFeatures(new float[2][0]), new float[0], null, null, false));
            assertThat(empty.table().column(1)).isEmpty();
        }
    }

    @Test
    void directoriesWithoutRoomAreRefusedWithNumbers() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(ShardFiles.directory(List.of(file, directory), 1)).isEqualTo(directory);
        assertThatThrownBy(() -> ShardFiles.directory(List.of(file), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file + " is no directory that can be written to")
                .hasMessageContaining("spark.local.dir");
        assertThatThrownBy(() -> ShardFiles.directory(List.of(directory), Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("need " + Long.MAX_VALUE + " bytes, but " + directory + " has ")
                .hasMessageContaining("spark.local.dir");
        ShardFiles files = new ShardFiles(5, file);
        assertThatThrownBy(() -> files.keep(block()))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("rank 5: no room on the disk for a block of 700 rows x 3 features")
                .hasMessageContaining(file.toString());
    }
}
