package org.sparkmlext.collective;

import org.jspecify.annotations.Nullable;

/**
 * Each rank receives from the one before and sends to the one after, chunk by chunk: one inbound flow a port, and every
 * byte travels {@code 2 (N - 1) / N} times. A chunk goes on as soon as it has been combined, so hops overlap.
 *
 * <p><b>Order of float sums:</b> segment j starts at rank j + 1 and ends at its owner j:
 * {@code ((v[j+1] + v[j+2]) + ...) + v[j]}, ranks modulo N. (Patarasuk and Yuan, "Bandwidth optimal all-reduce
 * algorithms for clusters of workstations", 2009.)
 *
 * <p>A broadcast runs once round the ring from its root.
 */
final class RingSchedule implements Schedule {

    /** What happens to a chunk that has arrived. */
    private interface Onward {
        void chunk(int segment, int from, int count);
    }

    @Override
    public void queue(Operation operation, Mesh mesh) {
        int size = mesh.size();
        int own = mesh.rank();
        PeerLink next = mesh.link(mesh.next());
        Onward forward = next::send;
        if (operation.kind() == Operation.Kind.BROADCAST) {
            queueBroadcast(operation, mesh, forward);
            return;
        }
        boolean gathers = operation.kind().gathers();
        if (operation.kind().reduces()) {
            eachChunk(operation, mesh, mesh.previous(), forward);
            for (int step = 0; step < size - 1; step++) {
                boolean last = step == size - 2;
                int segment = Math.floorMod(own - step - 2, size);
                receive(operation, mesh, segment, true, last && !gathers ? null : forward);
            }
        } else {
            eachChunk(operation, mesh, own, forward);
        }
        if (gathers) {
            for (int step = 0; step < size - 1; step++) {
                boolean last = step == size - 2;
                receive(operation, mesh, Math.floorMod(own - step - 1, size), false, last ? null : forward);
            }
        }
    }

    private static void queueBroadcast(Operation operation, Mesh mesh, Onward forward) {
        // The segments are of no matter here, but keep the chunks' order the same on all ranks.
        for (int segment = 0; segment < mesh.size(); segment++) {
            if (mesh.rank() == operation.root()) {
                eachChunk(operation, mesh, segment, forward);
            } else {
                receive(operation, mesh, segment, false, mesh.next() == operation.root() ? null : forward);
            }
        }
    }

    private static void receive(Operation operation, Mesh mesh, int segment, boolean fold, @Nullable Onward onward) {
        PeerLink previous = mesh.link(mesh.previous());
        eachChunk(operation, mesh, segment, (s, from, count) -> {
            Runnable then = onward == null ? null : () -> onward.chunk(s, from, count);
            previous.receive(s, from, operation.operand(), from, count, fold, then);
        });
    }

    /** At least one chunk, so that an empty segment too is seen and compared. */
    private static void eachChunk(Operation operation, Mesh mesh, int segment, Onward action) {
        int chunk = mesh.chunkElements(operation);
        int end = operation.segments().end(segment);
        int from = operation.segments().start(segment);
        do {
            int count = Math.min(chunk, end - from);
            action.chunk(segment, from, count);
            from += count;
        } while (from < end);
    }
}
