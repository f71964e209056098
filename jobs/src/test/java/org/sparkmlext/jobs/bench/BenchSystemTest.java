package org.sparkmlext.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchSystemTest {

    private static final Map<String, BenchSystem> ALL = BenchSystem.all();

    @Test
    void oursRunOnTheirOwnSparkAndOnThatOfThePeers() {
        for (String shape : new String[] {"leafwise", "depthwise"}) {
            for (String input : new String[] {"", "-direct"}) {
                BenchSystem own = ALL.get("ours-" + shape + input);
                BenchSystem onPeers = ALL.get("ours-" + shape + "-spark-3.5" + input);
                assertThat(own.module()).isEmpty();
                assertThat(onPeers.module()).isEqualTo("ours-spark-3.5");
                assertThat(onPeers.isOwn()).isTrue();
                assertThat(onPeers.arguments()).isEqualTo(own.arguments());
                assertThat(onPeers.mainClass()).isEqualTo(own.mainClass());
                assertThat(onPeers.shape()).isEqualTo(own.shape());
                assertThat(onPeers.isDirect()).isEqualTo(own.isDirect()).isEqualTo(!input.isEmpty());
            }
        }
        assertThat(ALL.get("synapseml-bulk").isOwn()).isFalse();
    }

    @Test
    void archivesCoverNoneOursOrAll() {
        BenchSystem own = ALL.get("ours-leafwise-spark-3.5");
        BenchSystem peer = ALL.get("xgboost-spark-2x1");
        assertThat(Comparison.Archives.NONE.covers(own)).isFalse();
        assertThat(Comparison.Archives.OURS.covers(own)).isTrue();
        assertThat(Comparison.Archives.OURS.covers(peer)).isFalse();
        assertThat(Comparison.Archives.ALL.covers(peer)).isTrue();
    }
}
