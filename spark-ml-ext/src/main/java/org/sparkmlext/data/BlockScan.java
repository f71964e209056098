package org.sparkmlext.data;

import java.util.Iterator;

/**
 * Blocks of one partition; after the last one, {@link #counts} tells of all its rows. What blocks hold depends on the rows and their order
 * alone: a partition that is read again gives the same. Not thread-safe.
 */
public interface BlockScan extends Iterator<TableBlock> {

    /** Counts of the rows read so far; of all rows once {@link #hasNext} is false. */
    TableCounts counts();
}
