package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sparkmlext.kernels.PeerException;

/**
 * A communicator of NCCL whose calls do not block: what a call has begun is asked for until it is done, and the lookout with it, so that a
 * rank that is lost ends the wait.
 */
final class NcclCommunicator implements Communicator {

    /** As long as ranks wait for one that is still busy. */
    private static final long MEET_SECONDS = 600;
    /** Until what is given to the stream has got there; nobody else is waited for but at the first sum, which makes connections. */
    private static final long GIVE_SECONDS = 120;

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final NcclLibrary library;
    private final Nccl calls;
    private final Pointer stream;
    private final Runnable lookout;
    private final Pointer communicator;
    private boolean isClosed;

    private NcclCommunicator(NcclLibrary library, Pointer communicator, Pointer stream, Runnable lookout) {
        this.library = library;
        calls = library.calls();
        this.communicator = communicator;
        this.stream = stream;
        this.lookout = lookout;
    }

    /** @param stream whose context is current */
    static NcclCommunicator join(NcclLibrary library, byte[] group, int rank, int size, long stream, Runnable lookout) {
        String doing = "joining " + size + " ranks";
        PointerByReference made = new PointerByReference();
        int code =
                library.calls().ncclCommInitRankConfig(made, size, Nccl.Id.of(group), rank, Nccl.Config.nonBlocking());
        Pointer communicator = made.getValue();
        if (communicator == null) {
            throw library.failure(code, doing, null);
        }
        NcclCommunicator joining = new NcclCommunicator(library, communicator, new Pointer(stream), lookout);
        try {
            joining.settle(code, doing, MEET_SECONDS);
        } catch (RuntimeException e) {
            joining.close();
            throw e;
        }
        return joining;
    }

    @Override
    public void sum(DeviceMemory memory, int count) {
        if (isClosed) {
            throw new IllegalStateException("the communicator is closed");
        }
        Pointer floats = new Pointer(((StagedMemory) memory).rawAddress());
        int code = calls.ncclAllReduce(floats, floats, count, Nccl.FLOAT, Nccl.SUM, communicator, stream);
        // Before that nothing may be put behind it in the stream.
        settle(code, "giving a sum to the device", GIVE_SECONDS);
    }

    @Override
    public void check() {
        int code = state();
        if (code != Nccl.SUCCESS && code != Nccl.IN_PROGRESS) {
            throw library.failure(code, "a sum", communicator);
        }
    }

    private int state() {
        IntByReference state = new IntByReference();
        int code = calls.ncclCommGetAsyncError(communicator, state);
        return code == Nccl.SUCCESS ? state.getValue() : code;
    }

    /** Waits until what a call has begun is done. */
    private void settle(int begun, String doing, long seconds) {
        int code = begun;
        long start = System.nanoTime();
        while (code == Nccl.IN_PROGRESS) {
            code = state();
            if (code == Nccl.IN_PROGRESS) {
                lookout.run();
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(seconds)) {
                    throw new PeerException("nccl: " + doing + " has not ended within " + seconds + " s");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        if (code != Nccl.SUCCESS) {
            throw library.failure(code, doing, communicator);
        }
    }

    @Override
    public void leave() {
        if (isClosed) {
            throw new IllegalStateException("the communicator is closed");
        }
        settle(calls.ncclCommFinalize(communicator), "leaving", MEET_SECONDS);
        isClosed = true;
        calls.ncclCommDestroy(communicator);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            // Whatever it says, there is nothing else to be done.
            calls.ncclCommAbort(communicator);
        }
    }
}
