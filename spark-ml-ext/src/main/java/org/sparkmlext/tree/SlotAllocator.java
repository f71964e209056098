package org.sparkmlext.tree;

import java.util.ArrayDeque;
import java.util.Deque;

/** Hands out the slots of a histogram pool. */
final class SlotAllocator {

    private final Deque<Integer> free = new ArrayDeque<>();
    private final int numSlots;

    SlotAllocator(int numSlots) {
        this.numSlots = numSlots;
        releaseAll();
    }

    void releaseAll() {
        free.clear();
        for (int slot = 0; slot < numSlots; slot++) {
            free.add(slot);
        }
    }

    int numFree() {
        return free.size();
    }

    int take() {
        Integer slot = free.poll();
        if (slot == null) {
            throw new IllegalStateException("all " + numSlots + " histogram slots are taken");
        }
        return slot;
    }

    void release(GrowingNode node) {
        if (node.slot != GrowingNode.NO_SLOT) {
            free.addFirst(node.slot);
            node.slot = GrowingNode.NO_SLOT;
        }
    }
}
