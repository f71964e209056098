package org.sparkmlext.net;

/**
 * Which of a rank's rows belong to which update of an epoch.
 *
 * <p>The table's N rows make {@code ceil(N / batchSize)} updates of about {@code batchSize} rows in all (fewer or more by less than
 * there are ranks), the last one of the rest. A rank of n rows takes the rows {@code [n * done / N, n * (done + batchSize) / N)}: its share of every batch is its share of the table, so
 * that uneven shards run out at the same time and a rank without rows takes part in every sum with none.
 *
 * @param localRows rows of this rank
 * @param totalRows rows of all ranks, at least 1
 * @param batchSize rows of an update over all ranks, at least 1
 */
record LocalBatches(long localRows, long totalRows, int batchSize) {

    LocalBatches {
        if (totalRows < 1 || localRows < 0 || localRows > totalRows) {
            throw new IllegalArgumentException(localRows + " rows of " + totalRows);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize is " + batchSize + "; it must be at least 1");
        }
    }

    /** Updates of an epoch. */
    int numBatches() {
        return Math.toIntExact((totalRows + batchSize - 1) / batchSize);
    }

    /** Position of a batch's first row in this rank's order; of {@code numBatches()} the number of rows. */
    int begin(int batch) {
        return Math.toIntExact(Math.multiplyExact(localRows, rowsBefore(batch)) / totalRows);
    }

    /** Rows of this rank in a batch; may be 0. */
    int size(int batch) {
        return begin(batch + 1) - begin(batch);
    }

    /** Rows of all ranks in the batches before this one. */
    long rowsBefore(int batch) {
        return Math.min((long) batch * batchSize, totalRows);
    }
}
