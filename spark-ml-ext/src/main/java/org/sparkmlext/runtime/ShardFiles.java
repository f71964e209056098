package org.sparkmlext.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.sparkmlext.data.ByteFeatures;
import org.sparkmlext.data.FeatureBlock;
import org.sparkmlext.data.MappedFeatures;
import org.sparkmlext.data.SequenceFeatures;
import org.sparkmlext.data.SparseFeatures;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.MappedFile;

/**
 * The mapped files of one rank's dense features and sequences, a file a block: a block that is dropped gives its room on the disk back at once.
 * Closing drops all that are left. By the rank alone, which is over then: nobody else may unmap what it reads.
 */
final class ShardFiles implements AutoCloseable {

    private final int rank;
    private final Path directory;
    private final List<FeatureBlock> mapped = new ArrayList<>();

    ShardFiles(int rank, Path directory) {
        this.rank = rank;
        this.directory = directory;
    }

    /**
     * Of Spark's local directories in this process the one with the most free space.
     *
     * @param bytes that will be needed
     * @throws IllegalArgumentException if none can be written to or none has so many bytes free; with the numbers
     */
    static Path directory(long bytes) {
        File[] all = SparkEnv.get().blockManager().diskBlockManager().localDirs();
        return directory(Arrays.stream(all).map(File::toPath).toList(), bytes);
    }

    static Path directory(List<Path> all, long bytes) {
        Path best = null;
        long mostFree = -1;
        List<String> troubles = new ArrayList<>();
        for (Path directory : all) {
            try {
                if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
                    throw new IOException(directory + " is no directory that can be written to");
                }
                long free = MappedFile.freeBytes(directory);
                if (free > mostFree) {
                    best = directory;
                    mostFree = free;
                }
            } catch (IOException e) {
                troubles.add(String.valueOf(e.getMessage()));
            }
        }
        if (best == null) {
            throw new IllegalArgumentException(
                    "features are to lie in mapped files, but Spark has no local directory for them: "
                            + String.join("; ", troubles)
                            + ". Set spark.local.dir to a directory that can be written to, or shardStorage to memory");
        }
        if (mostFree < bytes) {
            throw new IllegalArgumentException(
                    "the mapped files of dense features need " + bytes + " bytes, but " + best
                            + " has " + mostFree
                            + " bytes free, the most of Spark's local directories. Set spark.local.dir to a"
                            + " larger disk, use more executors, or a heap that holds the features (shardStorage memory)");
        }
        return best;
    }

    Path directory() {
        return directory;
    }

    /**
     * Writes a block's dense features or sequences to a file; sparse ones and bytes, which as floats would take four times the room, stay where they
     * are.
     *
     * @return the block with its features in the file; labels, weights and base margins are the same arrays
     * @throws KernelException if the disk is full or fails; with the numbers
     */
    TableBlock keep(TableBlock block) {
        if (block.features() instanceof SparseFeatures || block.features() instanceof ByteFeatures) {
            return block;
        }
        int numFeatures = block.features().numFeatures();
        long bytes = block.features() instanceof SequenceFeatures sequences
                ? sequences.numStored() * Float.BYTES
                : (long) block.numRows() * numFeatures * Float.BYTES;
        try {
            MappedFile file = MappedFile.create(directory, "spark-ml-ext-rank" + rank + "-", bytes);
            try {
                FeatureBlock features = write(block, file, bytes);
                mapped.add(features);
                return new TableBlock(
                        block.numRows(),
                        features,
                        block.labels(),
                        block.weights(),
                        block.baseMargins(),
                        block.isValidation());
            } catch (IOException | RuntimeException | Error e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new KernelException(
                    "rank " + rank + ": no room on the disk for a block of " + block.numRows() + " rows x "
                            + numFeatures
                            + " features: " + e.getMessage()
                            + ". Set spark.local.dir to a larger disk, use more executors, or shardStorage memory.",
                    e);
        }
    }

    private static FeatureBlock write(TableBlock block, MappedFile file, long bytes) throws IOException {
        long[] at = new long[1];
        MappedFeatures.Sink<IOException> sink = piece -> {
            int count = piece.remaining();
            file.write(at[0], piece);
            at[0] += count;
        };
        FeatureBlock features;
        if (block.features() instanceof SequenceFeatures sequences) {
            sequences.write(sink);
            features = sequences.mapped(file.map(0, bytes), file::close);
        } else {
            MappedFeatures.write(block.table(), block.numRows(), sink);
            features = new MappedFeatures(
                    block.features().numFeatures(), block.numRows(), file.map(0, bytes), file::close);
        }
        file.seal();
        return features;
    }

    @Override
    public void close() {
        mapped.forEach(FeatureBlock::drop);
    }
}
