package org.sparkmlext.kernels.cuda.device;

import java.util.List;

/** Memory of a device whose copies from and to arrays go through the {@link Staging} of that device. */
public abstract class StagedMemory implements DeviceMemory {

    private final Staging staging;

    protected StagedMemory(Staging staging) {
        this.staging = staging;
    }

    protected final Staging staging() {
        return staging;
    }

    /** Gives the launches' lane a copy from pinned memory, and returns. */
    protected abstract void queueIn(long at, PinnedMemory source, int from, int bytes);

    /** Gives a lane a copy to pinned memory, and returns. */
    protected abstract void queueOut(long at, PinnedMemory target, int from, int bytes, Lane lane);

    /** Where it lies, as kernels see it. */
    protected abstract long rawAddress();

    @Override
    public final void copyIn(long at, int[] source, int from, int count) {
        staging.copyIn(
                this,
                at,
                Integer.BYTES,
                count,
                (pinned, done, n) -> pinned.asIntBuffer().put(source, from + done, n));
    }

    @Override
    public final void copyIn(long at, long[] source, int from, int count) {
        staging.copyIn(
                this,
                at,
                Long.BYTES,
                count,
                (pinned, done, n) -> pinned.asLongBuffer().put(source, from + done, n));
    }

    @Override
    public final void copyIn(long at, float[] source, int from, int count) {
        staging.copyIn(
                this,
                at,
                Float.BYTES,
                count,
                (pinned, done, n) -> pinned.asFloatBuffer().put(source, from + done, n));
    }

    @Override
    public final void copyIn(long at, byte[] source, int from, int count) {
        staging.copyIn(this, at, Byte.BYTES, count, (pinned, done, n) -> pinned.put(source, from + done, n));
    }

    @Override
    public final void copyInAddresses(List<DeviceMemory> memories) {
        long[] addresses = memories.stream()
                .mapToLong(memory -> ((StagedMemory) memory).rawAddress())
                .toArray();
        copyIn(0, addresses, 0, addresses.length);
    }

    @Override
    public final void copyOut(long at, int[] target, int from, int count) {
        staging.copyOut(
                this,
                at,
                Integer.BYTES,
                count,
                (pinned, done, n) -> pinned.asIntBuffer().get(target, from + done, n));
    }

    @Override
    public final void copyOut(long at, long[] target, int from, int count) {
        staging.copyOut(
                this,
                at,
                Long.BYTES,
                count,
                (pinned, done, n) -> pinned.asLongBuffer().get(target, from + done, n));
    }

    @Override
    public final void copyOut(long at, float[] target, int from, int count) {
        staging.copyOut(
                this,
                at,
                Float.BYTES,
                count,
                (pinned, done, n) -> pinned.asFloatBuffer().get(target, from + done, n));
    }

    @Override
    public final void copyOut(long at, byte[] target, int from, int count) {
        staging.copyOut(this, at, Byte.BYTES, count, (pinned, done, n) -> pinned.get(target, from + done, n));
    }
}
