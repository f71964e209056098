package org.sparkmlext.collective;

/**
 * Who sends what to whom in one operation. A schedule only queues transfers on the links; whoever drives the links does
 * the rest. All ranks choose the same schedule from size, length and options alone, never from timing.
 */
interface Schedule {
    /** Queues this rank's transfers; some are queued later, when what they depend on has arrived. */
    void queue(Operation operation, Mesh mesh);
}
