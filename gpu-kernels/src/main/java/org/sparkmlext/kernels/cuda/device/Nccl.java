package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/** The functions of NCCL that are called here, as {@code nccl.h} declares them; each returns a code. */
interface Nccl extends Library {

    int SUCCESS = 0;
    int IN_PROGRESS = 7;

    /** {@code ncclFloat32}. */
    int FLOAT = 7;
    /** {@code ncclSum}. */
    int SUM = 0;

    int ID_BYTES = 128;

    /** {@code ncclUniqueId}, which is passed as it is and not by its address. */
    @Structure.FieldOrder("internal")
    class Id extends Structure implements Structure.ByValue {
        public byte[] internal = new byte[ID_BYTES];

        static Id of(byte[] bytes) {
            Id id = new Id();
            System.arraycopy(bytes, 0, id.internal, 0, ID_BYTES);
            return id;
        }
    }

    /**
     * {@code ncclConfig_t} as 2.14 has it, which every later version takes: no call blocks. What that version did not know is left as it is by
     * default.
     */
    @Structure.FieldOrder({"size", "magic", "version", "blocking", "unset"})
    class Config extends Structure {
        private static final int MAGIC = 0xcafebeef;
        private static final int VERSION = 21_400;

        public long size;
        public int magic = MAGIC;
        public int version = VERSION;
        public int blocking;
        /** Padding then, {@code cgaClusterSize} later. */
        public int unset = Integer.MIN_VALUE;

        static Config nonBlocking() {
            Config config = new Config();
            config.size = config.size();
            return config;
        }
    }

    int ncclGetVersion(IntByReference version);

    int ncclGetUniqueId(Memory id);

    String ncclGetErrorString(int code);

    @Nullable
    String ncclGetLastError(@Nullable Pointer communicator);

    int ncclCommInitRankConfig(PointerByReference made, int size, Id id, int rank, Config config);

    int ncclCommGetAsyncError(Pointer communicator, IntByReference code);

    int ncclAllReduce(Pointer from, Pointer to, long count, int type, int op, Pointer communicator, Pointer stream);

    int ncclCommFinalize(Pointer communicator);

    int ncclCommDestroy(Pointer communicator);

    int ncclCommAbort(Pointer communicator);
}
