package org.sparkmlext.kernels.cpu;

import org.sparkmlext.kernels.tree.BinLayout;

/**
 * One thread's private sums for one tile of features, and the block of rows it is adding.
 *
 * <p>A cell has a fixed place ({@code feature of the word * 256 + bin}), so that the loop needs no table of offsets; only
 * the bins that exist are moved to a histogram at the end. Sums are narrow and must be moved out after at most
 * {@link #MAX_ROWS} rows.
 */
abstract class HistogramScratch {

    /** Rows added at a time: their bins and gradients stay in the L1 cache while each word of features has its turn. */
    static final int BLOCK_ROWS = 256;

    /** Rows until the narrowest sum could overflow, see the subclasses. */
    static final int MAX_ROWS = 65535;

    static final int CELLS = 256;

    /** A constant, so that its loops are compiled into those that call them. */
    static final CellAdder ADDER = CellAdder.fastest();

    /** Words of a block that had to be collected: word {@code w} of row {@code i} at {@code w * BLOCK_ROWS + i}. */
    private final long[] gatheredBins = new long[BLOCK_ROWS * (CpuByteRows.TILE_FEATURES / CpuByteRows.WORD_FEATURES)];

    private final long[] gatheredValues = new long[BLOCK_ROWS];
    private final int[] gatheredRows = new int[BLOCK_ROWS];
    /** Takes what {@link #touch} read, so that the compiler keeps the reads. */
    private long touched;

    /** Adds rows that follow one another, at most {@link #BLOCK_ROWS}: they are read where they lie, or copied from a file. */
    final void addInPlace(
            CpuByteRows rows, int tile, long[] gradients, CpuPartition partition, int firstRow, int count) {
        if (isCoarse()) {
            loadEntries(partition.entries(), firstRow, count);
        } else {
            loadGradients(gradients, firstRow, count);
        }
        int stride = CpuByteRows.tileWords(rows.layout(), tile);
        long[] bins = gatheredBins;
        int from = 0;
        if (rows instanceof CpuMappedRows mapped) {
            mapped.copyRows(tile, firstRow, count, gatheredBins);
        } else {
            bins = ((CpuDenseRows) rows).tile(tile);
            from = CpuDenseRows.wordIndex(firstRow, stride);
        }
        for (int w = 0; w < stride; w++) {
            add(w, bins, from + w, stride, count, isHalf(rows.layout(), tile, w));
        }
    }

    /**
     * Adds rows here and there, at most {@link #BLOCK_ROWS}: they are copied together first, without those outside the bag.
     *
     * <p>Each step is a short loop on its own. The one that reads a word of every row and does nothing with it is what
     * counts: the fewer instructions a row takes, the more cache misses are under way at once.
     */
    final void addGathered(
            CpuByteRows rows, int tile, long[] gradients, CpuPartition partition, int position, int count) {
        int taken = isCoarse()
                ? takeEntries(partition.entries(), position, count)
                : takeGradients(partition.entries(), gradients, position, count);
        int stride = CpuByteRows.tileWords(rows.layout(), tile);
        if (rows instanceof CpuMappedRows mapped) {
            touched += mapped.gatherRows(tile, gatheredRows, taken, gatheredBins);
        } else {
            gather(((CpuDenseRows) rows).tile(tile), stride, taken);
        }
        if (isCoarse()) {
            loadEntries(gatheredValues, 0, taken);
        } else {
            loadGradients(gatheredValues, 0, taken);
        }
        for (int w = 0; w < stride; w++) {
            add(w, gatheredBins, w * BLOCK_ROWS, 1, taken, isHalf(rows.layout(), tile, w));
        }
    }

    private void gather(long[] bins, int stride, int taken) {
        touch(bins, stride, taken);
        int word = 0;
        for (; word + 4 <= stride; word += 4) {
            gatherFour(bins, word, stride, taken);
        }
        for (; word < stride; word++) {
            gatherOne(bins, word, stride, taken);
        }
    }

    private int takeEntries(long[] entries, int position, int count) {
        int taken = 0;
        for (int i = 0; i < count; i++) {
            long entry = entries[position + i];
            gatheredRows[taken] = RowEntry.row(entry);
            gatheredValues[taken] = entry;
            // A row outside the bag is overwritten by the next one: cheaper than a branch nobody can predict.
            taken += RowEntry.isTaken(entry);
        }
        return taken;
    }

    private int takeGradients(long[] entries, long[] gradients, int position, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += gradients[RowEntry.row(entries[position + i])];
        }
        touched += sum;
        int taken = 0;
        for (int i = 0; i < count; i++) {
            int row = RowEntry.row(entries[position + i]);
            long gradient = gradients[row];
            gatheredRows[taken] = row;
            gatheredValues[taken] = gradient;
            taken += gradient != 0 ? 1 : 0;
        }
        return taken;
    }

    /** Brings the bins of the collected rows into the L1 cache. */
    private void touch(long[] bins, int stride, int count) {
        int[] rows = gatheredRows;
        // Rows of 1, 2, 4 or 8 words do not cross a cache line.
        int last = Integer.bitCount(stride) == 1 ? 0 : stride - 1;
        long sum = 0;
        if (last == 0) {
            for (int i = 0; i < count; i++) {
                sum += bins[CpuDenseRows.wordIndex(rows[i], stride)];
            }
        } else {
            for (int i = 0; i < count; i++) {
                int from = CpuDenseRows.wordIndex(rows[i], stride);
                sum += bins[from] ^ bins[from + last];
            }
        }
        touched += sum;
    }

    private void gatherFour(long[] bins, int word, int stride, int count) {
        int[] rows = gatheredRows;
        long[] out = gatheredBins;
        int to = word * BLOCK_ROWS;
        for (int i = 0; i < count; i++) {
            int from = CpuDenseRows.wordIndex(rows[i], stride) + word;
            out[to + i] = bins[from];
            out[to + BLOCK_ROWS + i] = bins[from + 1];
            out[to + 2 * BLOCK_ROWS + i] = bins[from + 2];
            out[to + 3 * BLOCK_ROWS + i] = bins[from + 3];
        }
    }

    private void gatherOne(long[] bins, int word, int stride, int count) {
        int[] rows = gatheredRows;
        long[] out = gatheredBins;
        int to = word * BLOCK_ROWS;
        for (int i = 0; i < count; i++) {
            out[to + i] = bins[CpuDenseRows.wordIndex(rows[i], stride) + word];
        }
    }

    private static boolean isHalf(BinLayout layout, int tile, int word) {
        int firstFeature = tile * CpuByteRows.TILE_FEATURES + word * CpuByteRows.WORD_FEATURES;
        return layout.numFeatures() - firstFeature <= CpuByteRows.WORD_FEATURES / 2;
    }

    /** Whether values come as {@link RowEntry}, which are coarse, or as gradients of full width. */
    abstract boolean isCoarse();

    /** Takes the gradients of a block of {@code count} rows, of full width. */
    abstract void loadGradients(long[] gradients, int from, int count);

    /** Takes the coarse gradients of a block of {@code count} rows. */
    abstract void loadEntries(long[] entries, int from, int count);

    /**
     * Adds the {@code count} rows of the block to the eight (or four) features of a word.
     *
     * @param bins words of the rows; row {@code i}'s is at {@code from + i * stride}
     * @param isHalf true where only the lower four features of the word exist
     */
    abstract void add(int word, long[] bins, int from, int stride, int count, boolean isHalf);

    /**
     * Moves the sums of one feature to a histogram and clears them.
     *
     * @param isFirst true to overwrite the histogram's cells, false to add to them
     */
    abstract void move(
            int word, int featureOfWord, int numBins, long[] slot, int slotFrom, int cellWidth, boolean isFirst);

    /** Clears the first bin of a feature that does not exist, where its word's rows were added all the same. */
    abstract void clearFirstBin(int word, int featureOfWord);

    /** Moves the sums of a whole word to a histogram, and clears them: a full word of another tile may be next. */
    final void moveWord(int tile, int word, BinLayout layout, long[] slot, int cellWidth, boolean isFirst) {
        int firstFeature = tile * CpuByteRows.TILE_FEATURES + word * CpuByteRows.WORD_FEATURES;
        int features = Math.min(CpuByteRows.WORD_FEATURES, layout.numFeatures() - firstFeature);
        for (int j = 0; j < features; j++) {
            int f = firstFeature + j;
            move(word, j, layout.missingBin(f) + 1, slot, layout.offset(f) * cellWidth, cellWidth, isFirst);
        }
        for (int j = features; j < CpuDenseRows.WORD_FEATURES; j++) {
            clearFirstBin(word, j);
        }
    }
}
