package org.sparkmlext.kernels.cuda.graph;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.graph.plan.Planned;

/** Where numbers lie on the device: a place in the program's memory that is planned, one given from outside, or a part of such. */
final class Slot implements Planned {

    private static final int VECTOR_BYTES = 16;

    private final long bytes;
    private final boolean isPermanent;
    private final @Nullable DeviceMemory given;
    private final @Nullable Slot whole;
    private final long start;
    private int firstStep = Integer.MAX_VALUE;
    private int lastStep = -1;
    private long offset = -1;

    private Slot(long bytes, boolean isPermanent, @Nullable DeviceMemory given, @Nullable Slot whole, long start) {
        this.bytes = bytes;
        this.isPermanent = isPermanent;
        this.given = given;
        this.whole = whole;
        this.start = start;
    }

    static Slot planned(long bytes) {
        return new Slot(bytes, false, null, null, 0);
    }

    /** One that keeps its content from run to run. */
    static Slot permanent(long bytes) {
        return new Slot(bytes, true, null, null, 0);
    }

    static Slot given(long bytes, DeviceMemory memory) {
        return new Slot(bytes, true, memory, null, 0);
    }

    /** What lies from a place on, in bytes. */
    Slot from(long at) {
        return part(at, bytes - at);
    }

    /** A part of it, in bytes. */
    Slot part(long at, long length) {
        return new Slot(length, isPermanent, null, this, at);
    }

    /** What has its own place: this, or what it is a part of. */
    Slot root() {
        return whole == null ? this : whole.root();
    }

    void usedBy(int step) {
        Slot root = root();
        root.firstStep = Math.min(root.firstStep, step);
        root.lastStep = Math.max(root.lastStep, step);
    }

    /** Whether it begins where a vector of {@value #VECTOR_BYTES} bytes can: what is given from outside may begin anywhere. */
    boolean isAligned() {
        return !isGiven() && startInRoot() % VECTOR_BYTES == 0;
    }

    private long startInRoot() {
        return whole == null ? 0 : start + whole.startInRoot();
    }

    boolean isGiven() {
        return root().given != null;
    }

    /** @param arena the program's memory, once all have their places */
    DeviceMemory memory(DeviceMemory arena) {
        if (whole != null) {
            return whole.memory(arena).from(start);
        }
        return given != null ? given : arena.from(offset);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public int firstStep() {
        return firstStep;
    }

    @Override
    public int lastStep() {
        return lastStep;
    }

    @Override
    public boolean isPermanent() {
        return isPermanent;
    }

    @Override
    public void place(long at) {
        offset = at;
    }

    @Override
    public long offset() {
        return offset;
    }
}
