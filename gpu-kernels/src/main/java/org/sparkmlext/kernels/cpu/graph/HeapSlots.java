package org.sparkmlext.kernels.cpu.graph;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;

/**
 * What an optimiser keeps for each parameter, slot by slot, as Java arrays of one chunk each: the loops that change them are vector code
 * only over arrays from their start, and nothing is copied before and after.
 */
final class HeapSlots implements Buffer {

    private final int numSlots;
    private final int slotLength;
    /** Elements of a slot before the first chunk, which no update changes. */
    private final int head;

    private final int chunk;
    /** By slot: the head, then the chunks; null once closed. */
    private float @Nullable [][][] pieces;

    /**
     * @param slotLength elements of a slot
     * @param head elements before the first chunk
     * @param chunk elements of a chunk; the last one may be shorter
     */
    HeapSlots(int numSlots, int slotLength, int head, int chunk) {
        this.numSlots = numSlots;
        this.slotLength = slotLength;
        this.head = head;
        this.chunk = chunk;
        Math.multiplyExact(numSlots, slotLength);
        int numChunks = (slotLength - head + chunk - 1) / chunk;
        float[][][] made = new float[numSlots][numChunks + 1][];
        for (float[][] slot : made) {
            slot[0] = new float[head];
            for (int i = 0; i < numChunks; i++) {
                slot[i + 1] = new float[Math.min(chunk, slotLength - head - i * chunk)];
            }
        }
        pieces = made;
    }

    /** Puts the arrays of a chunk, one a slot, into {@code arrays}. */
    void arrays(int ofChunk, float[][] arrays) {
        float[][][] all = open();
        for (int slot = 0; slot < numSlots; slot++) {
            arrays[slot] = all[slot][ofChunk + 1];
        }
    }

    void requireOpen() {
        open();
    }

    private float[][][] open() {
        float[][][] all = pieces;
        if (all == null) {
            throw new IllegalStateException(this + " is closed");
        }
        return all;
    }

    @Override
    public ElementType type() {
        return ElementType.FLOAT;
    }

    @Override
    public int length() {
        return numSlots * slotLength;
    }

    /** Moves elements between a piece, from an element of it, and an array. */
    private interface Move {
        void move(float[] piece, int from, int arrayFrom, int count);
    }

    private void move(int from, int arrayLength, int arrayFrom, int count, Move move) {
        float[][][] all = open();
        Objects.checkFromIndexSize(from, count, length());
        Objects.checkFromIndexSize(arrayFrom, count, arrayLength);
        int done = 0;
        while (done < count) {
            int inSlot = (from + done) % slotLength;
            int piece = inSlot < head ? 0 : (inSlot - head) / chunk + 1;
            int inPiece = piece == 0 ? inSlot : (inSlot - head) % chunk;
            float[] array = all[(from + done) / slotLength][piece];
            int part = Math.min(count - done, array.length - inPiece);
            move.move(array, inPiece, arrayFrom + done, part);
            done += part;
        }
    }

    @Override
    public void copyIn(int to, float[] source, int sourceFrom, int count) {
        move(
                to,
                source.length,
                sourceFrom,
                count,
                (piece, at, from, n) -> System.arraycopy(source, from, piece, at, n));
    }

    @Override
    public void copyOut(int from, float[] target, int targetFrom, int count) {
        move(from, target.length, targetFrom, count, (piece, at, to, n) -> System.arraycopy(piece, at, target, to, n));
    }

    @Override
    public void copyIn(int to, int[] source, int sourceFrom, int count) {
        throw usedAs(ElementType.INT);
    }

    @Override
    public void copyIn(int to, long[] source, int sourceFrom, int count) {
        throw usedAs(ElementType.LONG);
    }

    @Override
    public void copyIn(int to, byte[] source, int sourceFrom, int count) {
        throw usedAs(ElementType.BYTE);
    }

    @Override
    public void copyOut(int from, int[] target, int targetFrom, int count) {
        throw usedAs(ElementType.INT);
    }

    @Override
    public void copyOut(int from, long[] target, int targetFrom, int count) {
        throw usedAs(ElementType.LONG);
    }

    @Override
    public void copyOut(int from, byte[] target, int targetFrom, int count) {
        throw usedAs(ElementType.BYTE);
    }

    private IllegalStateException usedAs(ElementType wanted) {
        return new IllegalStateException(this + " was used as " + wanted);
    }

    @Override
    public void close() {
        pieces = null;
    }

    @Override
    public String toString() {
        return "cpu buffer of " + length() + " FLOAT on the heap";
    }
}
