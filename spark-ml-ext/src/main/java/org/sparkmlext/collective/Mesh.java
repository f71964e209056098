package org.sparkmlext.collective;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The links of one rank to all others. */
final class Mesh {
    private final int rank;
    private final int chunkBytes;
    private final @Nullable PeerLink[] byRank;
    private final List<PeerLink> links;

    /** @param links one for each other rank, in any order; some are missing where connecting failed */
    Mesh(int rank, int size, List<PeerLink> links, int chunkBytes) {
        this.rank = rank;
        this.links = List.copyOf(links);
        this.chunkBytes = chunkBytes;
        this.byRank = new @Nullable PeerLink[size];
        for (PeerLink link : links) {
            byRank[link.rank()] = link;
        }
    }

    int rank() {
        return rank;
    }

    int size() {
        return byRank.length;
    }

    /** All links, in no particular order. */
    List<PeerLink> links() {
        return links;
    }

    PeerLink link(int peer) {
        PeerLink link = byRank[Math.floorMod(peer, byRank.length)];
        if (link == null) {
            throw new IllegalArgumentException("rank " + rank + " has no link to rank " + peer);
        }
        return link;
    }

    int next() {
        return (rank + 1) % size();
    }

    int previous() {
        return Math.floorMod(rank - 1, size());
    }

    /** Elements in a full chunk. */
    int chunkElements(Operation operation) {
        return chunkBytes / operation.operand().elementBytes();
    }
}
