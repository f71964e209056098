package org.sparkmlext.kernels.cpu.graph;

import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.plan.Planned;

/** Memory of one tensor, or of several that share it: a place that is planned, or one given from outside. */
final class Storage implements Planned {

    private final long bytes;
    private final @Nullable Pointer given;
    private @Nullable Storage sharesWith;
    private boolean isPermanent;
    private int firstStep = Integer.MAX_VALUE;
    private int lastStep = -1;
    private long offset = -1;

    private Storage(long bytes, @Nullable Pointer given) {
        this.bytes = bytes;
        this.given = given;
    }

    static Storage planned(long bytes) {
        return new Storage(bytes, null);
    }

    static Storage given(long bytes, Pointer address) {
        return new Storage(bytes, address);
    }

    /** The storage whose place this one takes: itself, unless it was put into another. */
    Storage root() {
        Storage root = this;
        while (root.sharesWith != null) {
            root = root.sharesWith;
        }
        return root;
    }

    /** Gives up its own place for that of another, which then lives as long as both. */
    void share(Storage other) {
        Storage from = root();
        Storage to = other.root();
        if (from != to) {
            to.firstStep = Math.min(to.firstStep, from.firstStep);
            to.lastStep = Math.max(to.lastStep, from.lastStep);
            to.isPermanent |= from.isPermanent;
            from.sharesWith = to;
        }
    }

    void usedBy(int step) {
        Storage root = root();
        root.firstStep = Math.min(root.firstStep, step);
        root.lastStep = Math.max(root.lastStep, step);
    }

    /** Keeps its place from run to run. */
    void makePermanent() {
        root().isPermanent = true;
    }

    @Override
    public boolean isPermanent() {
        return root().isPermanent;
    }

    boolean isGiven() {
        return root().given != null;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public int firstStep() {
        return root().firstStep;
    }

    @Override
    public int lastStep() {
        return root().lastStep;
    }

    @Override
    public void place(long at) {
        offset = at;
    }

    @Override
    public long offset() {
        return offset;
    }

    Pointer address(NativeMemory arena) {
        Storage root = root();
        return root.given != null ? root.given : arena.at(root.offset);
    }
}
