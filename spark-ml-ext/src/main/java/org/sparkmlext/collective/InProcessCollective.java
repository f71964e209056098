package org.sparkmlext.collective;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Ranks that are threads of one JVM and read each other's arrays: nothing is copied through a socket.
 *
 * <p>Each rank sums its own segment over all ranks, then everybody copies the other segments. <b>Order of float sums:</b>
 * for every element {@code ((v0 + v1) + v2) + ...} by rank. The ranks' arrays must be distinct and must not be touched by
 * other threads during an operation.
 *
 * <p>A rank that does not arrive within {@code opTimeout} is named in everybody's {@link CollectiveException}.
 */
public final class InProcessCollective extends RankedCollective {
    private static final int BLOCK = 8192;

    private final MeetingRoom room;

    private InProcessCollective(int rank, int size, MeetingRoom room) {
        super(rank, size);
        this.room = room;
    }

    /** A group with default options; element r is rank r's. */
    public static List<InProcessCollective> group(int size) {
        return group(size, CollectiveOptions.defaults());
    }

    /** A group; element r is rank r's, to be used by one thread at a time. */
    public static List<InProcessCollective> group(int size, CollectiveOptions options) {
        if (size < 1) {
            throw new IllegalArgumentException("A collective of " + size + " ranks was asked for, allowed: 1 or more");
        }
        MeetingRoom room = new MeetingRoom(size, options);
        List<InProcessCollective> ranks = new ArrayList<>(size);
        for (int rank = 0; rank < size; rank++) {
            ranks.add(new InProcessCollective(rank, size, room));
        }
        return List.copyOf(ranks);
    }

    /** Replaces, for this rank, {@link CollectiveOptions#cancelled}. Call it before the first operation. */
    public void pollCancelled(BooleanSupplier question) {
        room.pollCancelled(rank(), question);
    }

    @Override
    void execute(Operation operation) {
        List<Operation> all = room.enter(rank(), operation);
        switch (operation.kind()) {
            case SUM, MAX, OR -> {
                combineOwnSegment(operation, all);
                room.meet(rank());
                copyOtherSegments(operation, all);
            }
            case REDUCE_SCATTER -> combineOwnSegment(operation, all);
            case ALL_GATHER -> copyOtherSegments(operation, all);
            case BROADCAST -> copyFromRoot(operation, all);
            case BARRIER -> {
                return;
            }
        }
        // Nobody may go on and change its array while others still read it.
        room.meet(rank());
    }

    private void combineOwnSegment(Operation operation, List<Operation> all) {
        Operand mine = operation.operand();
        int end = operation.segments().end(rank());
        int start = operation.segments().start(rank());
        Operand sum = mine.scratch(Math.min(BLOCK, end - start));
        for (int at = start; at < end; at += BLOCK) {
            int count = Math.min(BLOCK, end - at);
            sum.storeFrom(all.get(0).operand(), at, 0, count);
            for (int other = 1; other < size(); other++) {
                sum.foldFrom(all.get(other).operand(), at, 0, count);
            }
            mine.storeFrom(sum, 0, at, count);
        }
    }

    private void copyOtherSegments(Operation operation, List<Operation> all) {
        for (int step = 1; step < size(); step++) {
            int owner = (rank() + step) % size();
            int start = operation.segments().start(owner);
            operation
                    .operand()
                    .storeFrom(
                            all.get(owner).operand(),
                            start,
                            start,
                            operation.segments().count(owner));
        }
    }

    private void copyFromRoot(Operation operation, List<Operation> all) {
        if (rank() != operation.root()) {
            operation.operand().storeFrom(all.get(operation.root()).operand(), 0, 0, operation.elements());
        }
    }

    @Override
    public void check() {
        room.look(rank());
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    long bytesSent() {
        return 0;
    }

    @Override
    long waitNanos() {
        return room.waitNanos(rank());
    }

    @Override
    public void abort(Throwable cause) {
        room.fail(Failure.of(rank(), cause));
    }

    @Override
    public void close() {
        room.leave(rank());
    }
}
