package org.sparkmlext.kernels.cpu.graph;

/** What the CPU's graphs hold outside the heap of this JVM, for tests of other modules. */
public final class NativeBytes {

    private NativeBytes() {}

    /** Bytes of all blocks that were allocated and not given back. */
    public static long inUse() {
        return NativeMemory.allocatedBytes();
    }
}
