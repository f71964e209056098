package org.sparkmlext.collective;

/**
 * What a rank's collective has done.
 *
 * @param operations finished operations
 * @param bytesSent bytes written to other processes, frames included
 * @param totalNanos time inside operations
 * @param waitNanos time in which nothing could be read or written: other ranks were not there yet
 */
public record CollectiveMetrics(long operations, long bytesSent, long totalNanos, long waitNanos) {}
