package org.sparkmlext.collective;

/**
 * Everyone sends segment j to rank j, who combines and sends the result to everyone: two hops whatever the size. For
 * small operations only: with large ones many senders would overflow one port at once.
 *
 * <p><b>Order of float sums:</b> for every element {@code ((v0 + v1) + v2) + ...} by rank.
 */
final class DirectSchedule implements Schedule {
    private int missing;

    @Override
    public void queue(Operation operation, Mesh mesh) {
        if (operation.kind() == Operation.Kind.BROADCAST) {
            queueBroadcast(operation, mesh);
            return;
        }
        if (operation.kind().reduces()) {
            queueReduction(operation, mesh);
        } else {
            sendOwnSegment(operation, mesh);
        }
        if (operation.kind().gathers()) {
            Segments segments = operation.segments();
            for (PeerLink peer : mesh.links()) {
                int start = segments.start(peer.rank());
                peer.receive(peer.rank(), start, operation.operand(), start, segments.count(peer.rank()), false, null);
            }
        }
    }

    private void queueReduction(Operation operation, Mesh mesh) {
        Segments segments = operation.segments();
        int own = mesh.rank();
        int count = segments.count(own);
        // One slot a rank, so that the order of arrival does not become the order of the sum.
        Operand slots = operation.operand().scratch(count * mesh.size());
        slots.storeFrom(operation.operand(), segments.start(own), own * count, count);
        missing = mesh.links().size();
        for (PeerLink peer : mesh.links()) {
            peer.send(peer.rank(), segments.start(peer.rank()), segments.count(peer.rank()));
            peer.receive(own, segments.start(own), slots, peer.rank() * count, count, false, () -> {
                missing--;
                if (missing == 0) {
                    combine(operation, mesh, slots, count);
                }
            });
        }
    }

    private static void combine(Operation operation, Mesh mesh, Operand slots, int count) {
        int start = operation.segments().start(mesh.rank());
        operation.operand().storeFrom(slots, 0, start, count);
        for (int rank = 1; rank < mesh.size(); rank++) {
            operation.operand().foldFrom(slots, rank * count, start, count);
        }
        if (operation.kind().gathers()) {
            sendOwnSegment(operation, mesh);
        }
    }

    private static void sendOwnSegment(Operation operation, Mesh mesh) {
        int own = mesh.rank();
        for (PeerLink peer : mesh.links()) {
            peer.send(own, operation.segments().start(own), operation.segments().count(own));
        }
    }

    private static void queueBroadcast(Operation operation, Mesh mesh) {
        int root = operation.root();
        if (mesh.rank() == root) {
            for (PeerLink peer : mesh.links()) {
                peer.send(root, 0, operation.elements());
            }
        } else {
            mesh.link(root).receive(root, 0, operation.operand(), 0, operation.elements(), false, null);
        }
    }
}
