package org.sparkmlext.kernels.sealed;

import org.sparkmlext.kernels.tree.RowPartition;

/** The row at each position, one sealed long each. */
final class SealedPartition implements RowPartition {

    final SealedMemory memory;

    SealedPartition(SealedBackend owner, int numRows) {
        memory = new SealedMemory(owner, "partition", numRows);
        reset();
    }

    @Override
    public int numRows() {
        return memory.length();
    }

    @Override
    public void reset() {
        memory.requireOpen();
        for (int i = 0; i < memory.length(); i++) {
            memory.set(i, i);
        }
    }

    int[] order() {
        int[] order = new int[memory.length()];
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) memory.get(i);
        }
        return order;
    }

    void setOrder(int[] order, int begin, int end) {
        for (int i = begin; i < end; i++) {
            memory.set(i, order[i]);
        }
    }

    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return memory.toString();
    }
}
