package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlext.training.RoundState;

class NetworkCheckpointTest {

    private static final NetworkSettings SETTINGS = LoopSettings.of(
                    Architecture.builder(ImageInput.bytes(4, 4, 1)).flatten().build())
            .all();
    private static final RunOrigin ORIGIN =
            new RunOrigin(SETTINGS.described(), "{}", new RowsDigest(180, 60, 2, "0123456789abcdef"));

    private static NetworkCheckpoint sample(boolean hasBest) {
        Map<String, Double> first = new LinkedHashMap<>();
        first.put("train-loss", 1.0 / 3);
        first.put("validation-loss", Double.POSITIVE_INFINITY);
        return new NetworkCheckpoint(
                ORIGIN,
                123_456_789_012L,
                new float[] {1, -0.0f, Float.MIN_VALUE},
                new float[] {4},
                new float[] {5, 6, 7, 8, 9, 10},
                List.of(first, Map.of("train-loss", Double.NaN)),
                hasBest ? new float[] {11, 12, 13} : null,
                hasBest ? new float[] {14} : null);
    }

    @Test
    void everyNumberComesBack() throws IOException {
        for (boolean hasBest : new boolean[] {false, true}) {
            NetworkCheckpoint before = sample(hasBest);
            NetworkCheckpoint after = NetworkCheckpoint.decode(before.encode());
            assertThat(after.origin()).isEqualTo(before.origin());
            assertThat(after.step()).isEqualTo(before.step());
            assertThat(after.parameters()).isEqualTo(before.parameters());
            assertThat(after.state()).isEqualTo(before.state());
            assertThat(after.slots()).isEqualTo(before.slots());
            assertThat(after.history()).isEqualTo(before.history());
            assertThat(after.history().get(0).keySet()).containsExactly("train-loss", "validation-loss");
            assertThat(after.bestParameters()).isEqualTo(before.bestParameters());
            assertThat(after.bestState()).isEqualTo(before.bestState());
            assertThat(after.encode()).isEqualTo(before.encode());
        }
    }

    @Test
    void aNetworkWithoutStateHasACheckpointToo() throws IOException {
        NetworkCheckpoint checkpoint = new NetworkCheckpoint(
                ORIGIN, 0, new float[] {1}, new float[0], new float[0], List.of(), new float[] {1}, new float[0]);
        NetworkCheckpoint after = NetworkCheckpoint.decode(checkpoint.encode());
        assertThat(after.state()).isEmpty();
        assertThat(after.bestState()).isEmpty();
    }

    @Test
    void truncatedBytesAreRefused() {
        byte[] bytes = sample(true).encode();
        for (int length = 0; length < bytes.length; length += 3) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> NetworkCheckpoint.decode(part))
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void hostileBytesAreRefusedWithAnIoExceptionOrReadAsNumbers() {
        byte[] bytes = sample(true).encode();
        Random random = new Random(5);
        int refused = 0;
        for (int trial = 0; trial < 5000; trial++) {
            byte[] changed = bytes.clone();
            for (int change = 0; change <= trial % 4; change++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                NetworkCheckpoint.decode(changed);
            } catch (IOException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void aCheckpointThatCannotBeReadNamesItsEpoch() {
        assertThatThrownBy(() -> NetworkCheckpoint.of(new RoundState(4, new byte[] {1, 2, 3}, true), SETTINGS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epoch 5")
                .hasMessageContaining("cannot be read");
    }

    @Test
    void aCheckpointOfOtherSettingsNamesTheSettingAndBothValues() {
        RoundState state = new RoundState(4, sample(false).encode(), true);
        assertThat(NetworkCheckpoint.of(state, SETTINGS).origin()).isEqualTo(ORIGIN);
        assertThatThrownBy(() -> NetworkCheckpoint.of(
                        state, new LoopSettings(SETTINGS).batch(33).all()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the checkpoint of epoch 5 is of a run with other settings: batchSize is '32' there and '33'"
                                + " here. Only maxEpochs may differ. Train with the same settings, set checkpointDir to another"
                                + " directory, or delete that one.");
        Architecture wider =
                Architecture.builder(ImageInput.bytes(4, 5, 1)).flatten().build();
        assertThatThrownBy(
                        () -> NetworkCheckpoint.of(state, LoopSettings.of(wider).all()))
                .hasMessageContaining("network is '")
                .hasMessageContaining("\"width\": 4")
                .hasMessageContaining("\"width\": 5");
        assertThatThrownBy(() -> ORIGIN.requireRows(new RowsDigest(180, 60, 1, "fedcba9876543210")))
                .hasMessageContaining(
                        "180 training and 60 validation rows on 2 workers, content 0123456789abcdef there")
                .hasMessageContaining("on 1 worker, content fedcba9876543210 here");
    }
}
