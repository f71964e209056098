package org.sparkmlext.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.sparkmlext.data.MappedFeatures;
import org.sparkmlext.data.Shard;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.MappedFile;
import org.sparkmlext.kernels.MappedFileTest;
import org.sparkmlext.testing.RankThreads;

/** Trains with floats and bins in mapped files, and looks whether anything stays mapped. */
final class MappedShards {

    private static final String PREFIX = "exactness";

    private MappedShards() {}

    static RankThreads.Outcome train(BoostingSettings settings, List<Shard> shards, int threads, Path directory) {
        try {
            RankThreads.Outcome outcome = TrainingThreads.train(
                    settings,
                    shards.stream().map(shard -> mapped(shard, directory)).toList(),
                    rank -> Backends.open("cpu", BackendOptions.threads(threads).withDirectory(directory))
                            .backend(),
                    List.of());
            assertThat(MappedFileTest.numMappings(PREFIX)).as("blocks").isZero();
            assertThat(MappedFileTest.numMappings("spark-ml-ext-bins"))
                    .as("bins")
                    .isZero();
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Shard mapped(Shard shard, Path directory) {
        return new Shard(
                shard.featureNames(),
                shard.training().stream().map(block -> mapped(block, directory)).toList(),
                shard.validation().stream()
                        .map(block -> mapped(block, directory))
                        .toList());
    }

    private static TableBlock mapped(TableBlock block, Path directory) {
        try {
            int numFeatures = block.features().numFeatures();
            long bytes = (long) block.numRows() * numFeatures * Float.BYTES;
            MappedFile file = MappedFile.create(directory, PREFIX, bytes);
            long[] at = new long[1];
            MappedFeatures.<IOException>write(block.table(), block.numRows(), column -> {
                file.write(at[0], column);
                at[0] += (long) block.numRows() * Float.BYTES;
            });
            return new TableBlock(
                    block.numRows(),
                    new MappedFeatures(numFeatures, block.numRows(), file.map(0, bytes), file::close),
                    block.labels(),
                    block.weights(),
                    block.baseMargins(),
                    block.isValidation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
