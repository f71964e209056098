package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class ByteFeaturesTest {

    private static final float NAN = Float.NaN;

    private static ByteFeatures features(float missing) {
        // Longer than the block, as arrays may be.
        return new ByteFeatures(2, 3, missing, new byte[] {0, 127, -128, -1, 5, 6, 99});
    }

    @Test
    void bytesAreUnsignedAndRowMajor() {
        ByteFeatures features = features(NAN);
        assertThat(features.column(0)).containsExactly(0, 128, 5);
        assertThat(features.column(1)).containsExactly(127, 255, 6);
        assertThat(features.numStored()).isEqualTo(6);
        float[] floats = new float[4];
        features.copyRows(1, 3, floats);
        assertThat(floats).containsExactly(128, 255, 5, 6);
        byte[] bytes = new byte[4];
        features.copyRows(0, 2, bytes);
        assertThat(bytes).containsExactly(0, 127, -128, -1);
        features.copyRow(2, bytes, 2);
        assertThat(bytes).containsExactly(0, 127, 5, 6);
        ByteFeatures slice = features.slice(1, 3);
        assertThat(slice.bytes()).containsExactly(-128, -1, 5, 6);
        assertThat(slice.numRows()).isEqualTo(2);
    }

    @Test
    void oneValueMayBeMissing() {
        assertThat(features(255f).column(1)).containsExactly(127, NAN, 6);
        assertThat(features(255f).slice(1, 2).column(1)).containsExactly(NAN);
        float[] floats = new float[2];
        features(0f).copyRows(0, 1, floats);
        assertThat(floats).containsExactly(NAN, 127);
    }

    @Test
    void theHashIsThatOfTheContents() {
        assertThat(features(NAN).contentHash())
                .isEqualTo(new ByteFeatures(2, 3, NAN, new byte[] {0, 127, -128, -1, 5, 6}).contentHash())
                .isNotEqualTo(features(0f).contentHash())
                .isNotEqualTo(features(NAN).slice(0, 2).contentHash());
    }

    @Test
    void aDroppedBlockLetsGoOfItsBytesAlone() {
        byte[] bytes = {1, 2};
        ByteFeatures features = new ByteFeatures(2, 1, NAN, bytes);
        features.drop();
        assertThat(features.bytes()).isEmpty();
        assertThat(bytes).containsExactly(1, 2);
    }

    @Test
    void aBlockGoesThroughJavasSerialization() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
            objects.writeObject(features(7f));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            assertThat(((ByteFeatures) in.readObject()).contentHash())
                    .isEqualTo(features(7f).contentHash());
        }
    }

    @Test
    void tooFewBytesAreRefused() {
        assertThatThrownBy(() -> new ByteFeatures(2, 3, NAN, new byte[5]))
                .hasMessage("5 bytes are too few for 3 rows x 2 features; needed is one a value");
    }

    @Test
    void aBuilderFillsBlocksUpToTheByteLimit() {
        int width = 3 << 20;
        TableBlockBuilder builder = TableBlockBuilder.ofBytes(width, NAN, false, 0, false);
        byte[] row = new byte[width];
        int rows = 0;
        while (!builder.isFull()) {
            row[1] = (byte) rows;
            builder.addBytes(row, rows++, 1, new float[0]);
        }
        assertThat(rows).isEqualTo(10);
        assertThatThrownBy(() -> builder.addBytes(row, 0, 1, new float[0])).hasMessageContaining("the block is full");
        TableBlock block = builder.build();
        assertThat(block.table().column(1)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(((ByteFeatures) block.features()).bytes()).hasSize(10 * width);
    }

    @Test
    void aBuilderGrowsAndGoesOnWithTheNextBlock() {
        TableBlockBuilder builder = TableBlockBuilder.ofBytes(1, NAN, true, 1, true);
        for (int b = 0; b < 2; b++) {
            for (int r = 0; r < 2500; r++) {
                builder.addBytes(new byte[] {(byte) r}, r, 2, new float[] {-r});
            }
            TableBlock block = builder.build();
            assertThat(block.numRows()).isEqualTo(2500);
            assertThat(((ByteFeatures) block.features()).bytes()).hasSize(2500);
            assertThat(block.table().column(0)[2499]).isEqualTo(2499 % 256);
            assertThat(block.isValidation()).isTrue();
        }
    }

    @Test
    void buildersTakeWhatTheyAreFor() {
        assertThatThrownBy(
                        () -> TableBlockBuilder.ofBytes(1, NAN, false, 0, false).add(new float[1], 0, 1, new float[0]))
                .hasMessage("a builder of rows of bytes takes no floats");
        assertThatThrownBy(() -> new TableBlockBuilder(1, false, false).addBytes(new byte[1], 0, 1, new float[0]))
                .hasMessage("a builder of rows of floats takes no bytes");
    }
}
