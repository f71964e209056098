package org.sparkmlext.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;

class RankTextsTest {

    @Test
    void everyRankHearsWhatEachSays() {
        List<String> said = List.of("layer 'é'", "", "x".repeat(400));
        List<? extends Collective> ranks = InProcessCollective.group(3);
        List<CompletableFuture<List<String>>> heard = IntStream.range(0, 3)
                .mapToObj(
                        rank -> CompletableFuture.supplyAsync(() -> RankTexts.gather(ranks.get(rank), said.get(rank))))
                .toList();
        for (CompletableFuture<List<String>> texts : heard) {
            assertThat(texts.join()).containsExactly("layer 'é'", "", "x".repeat(RankTexts.MOST_BYTES));
        }
    }
}
