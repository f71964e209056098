package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.PeerException;

/** NCCL as it is installed on this machine, or why it cannot be used. */
public final class NcclLibrary {

    private static final String SONAME = "libnccl.so.2";
    /** Calls that do not block, 2.14. */
    private static final int LEAST_VERSION = 21_400;

    private static final String ALGORITHM = "NCCL_ALGO";
    /**
     * Those that add in an order which GPUs and ranks alone decide. Left to itself NCCL also lets switches add (NVLS), whose order differs
     * from call to call.
     */
    private static final List<String> IN_ORDER = List.of("ring", "tree");

    private static final NcclLibrary FOUND = load();

    private final @Nullable Nccl calls;
    private final Availability availability;

    private NcclLibrary(@Nullable Nccl calls, Availability availability) {
        this.calls = calls;
        this.availability = availability;
    }

    /** Looked for once a process. */
    static NcclLibrary found() {
        return FOUND;
    }

    /** Whether NCCL can be used here, with its version and algorithm, or why not. */
    public static Availability look() {
        return FOUND.availability;
    }

    private static NcclLibrary load() {
        Nccl calls;
        try {
            calls = Native.load(SONAME, Nccl.class);
        } catch (LinkageError e) {
            return new NcclLibrary(null, Availability.no("no NCCL: " + SONAME + " was not found or cannot be loaded"));
        }
        IntByReference version = new IntByReference();
        int code = calls.ncclGetVersion(version);
        if (code != Nccl.SUCCESS) {
            return new NcclLibrary(
                    null, Availability.no("NCCL does not tell its version: " + calls.ncclGetErrorString(code)));
        }
        Availability availability = judge(version.getValue(), System.getenv().getOrDefault(ALGORITHM, ""));
        return new NcclLibrary(calls, availability);
    }

    /**
     * Whether a version can be used.
     *
     * @param version 10000 x major + 100 x minor + patch
     * @param algorithm of the environment; empty where there is none
     */
    static Availability judge(int version, String algorithm) {
        String name = "NCCL " + version / 10_000 + "." + version % 10_000 / 100 + "." + version % 100;
        if (version < LEAST_VERSION) {
            return Availability.no(
                    version < 10_000 ? "NCCL is too old; needed is 2.14" : name + " is too old; needed is 2.14");
        }
        String chosen = algorithm.toLowerCase(Locale.ROOT);
        if (!IN_ORDER.contains(chosen)) {
            return Availability.no(name + " is there, but " + ALGORITHM + " is "
                    + (algorithm.isEmpty() ? "not set" : "'" + algorithm + "'")
                    + ": sums would differ from run to run; set spark.executorEnv." + ALGORITHM
                    + " (in local mode the environment's " + ALGORITHM + ") to Ring or Tree");
        }
        return Availability.yes(name + ", " + chosen);
    }

    /** The library. */
    Nccl calls() {
        Nccl present = calls;
        if (present == null || !availability.isAvailable()) {
            throw new PeerException(availability.reason());
        }
        return present;
    }

    /** {@link DevicePeers#newGroup}. */
    byte[] newGroup() {
        try (Memory id = new Memory(Nccl.ID_BYTES)) {
            int code = calls().ncclGetUniqueId(id);
            if (code != Nccl.SUCCESS) {
                throw failure(code, "naming a group", null);
            }
            return id.getByteArray(0, Nccl.ID_BYTES);
        }
    }

    /** What a code says. */
    PeerException failure(int code, String doing, @Nullable Pointer communicator) {
        String last = calls().ncclGetLastError(communicator);
        return new PeerException("nccl: " + doing + " failed: " + calls().ncclGetErrorString(code)
                + (last == null || last.isBlank() ? "" : " (" + last.strip() + ")"));
    }
}
