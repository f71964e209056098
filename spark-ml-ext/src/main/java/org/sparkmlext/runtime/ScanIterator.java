package org.sparkmlext.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.data.BlockScan;
import org.sparkmlext.data.TableBlock;
import org.sparkmlext.data.TableCounts;

/**
 * One scanned partition as it is persisted: its {@link StoredBlock}s, with {@link StoredBlock#FILLER}s in between, then its counts
 * as {@code byte[]}.
 */
final class ScanIterator implements Iterator<Object> {

    private final int partition;
    private final BlockScan scan;
    private int number;
    private int fillers;
    private long hash = 17;
    private boolean countsGiven;

    ScanIterator(int partition, BlockScan scan) {
        this.partition = partition;
        this.scan = scan;
    }

    @Override
    public boolean hasNext() {
        return !countsGiven;
    }

    @Override
    public Object next() {
        if (countsGiven) {
            throw new NoSuchElementException("partition " + partition + " has no more blocks");
        }
        if (fillers > 0) {
            fillers--;
            return StoredBlock.FILLER;
        }
        if (scan.hasNext()) {
            TableBlock block = scan.next();
            hash = 31 * hash + hash(block);
            Object[] stored = StoredBlock.store(block, partition, number++);
            fillers = StoredBlock.numFillers(stored);
            return stored;
        }
        countsGiven = true;
        scan.counts().fingerprint(hash);
        return encode(scan.counts());
    }

    private static long hash(TableBlock block) {
        long hash = block.isValidation() ? 1 : 0;
        hash = 31 * hash + Arrays.hashCode(block.labels());
        hash = 31 * hash + Arrays.hashCode(block.weights());
        hash = 31 * hash + block.features().contentHash();
        float @Nullable [][] margins = block.baseMargins();
        if (margins != null) {
            for (float[] column : margins) {
                hash = 31 * hash + Arrays.hashCode(column);
            }
        }
        return hash;
    }

    static byte[] encode(TableCounts counts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(counts);
        } catch (IOException e) {
            throw new UncheckedIOException("counts of a partition cannot be written", e);
        }
        return bytes.toByteArray();
    }

    static TableCounts decode(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (TableCounts) in.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException("counts of a partition cannot be read", e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("counts of a partition name an unknown class", e);
        }
    }
}
