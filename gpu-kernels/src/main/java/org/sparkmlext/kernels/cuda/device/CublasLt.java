package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/** The functions of cuBLASLt that are called here, as {@code cublasLt.h} declares them since CUDA 12.0; most return a code. */
interface CublasLt extends Library {

    int SUCCESS = 0;

    /** {@code CUBLAS_STATUS_NOT_SUPPORTED}. */
    int NOT_SUPPORTED = 15;

    /** {@code CUDA_R_32F}. */
    int FLOAT32 = 0;
    /** {@code CUDA_R_16BF}. */
    int BFLOAT16 = 14;
    /** {@code CUBLAS_COMPUTE_32F}. */
    int COMPUTE_FLOAT32 = 68;

    /** {@code CUBLAS_OP_T}; {@code CUBLAS_OP_N} is 0 and need not be said. */
    int TRANSPOSED = 1;

    /** {@code CUBLASLT_MATMUL_DESC_TRANSA}. */
    int TRANSPOSE_A = 3;

    int TRANSPOSE_B = 4;

    /** {@code CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES}. */
    int MOST_SCRATCH = 1;
    /** {@code CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK}. */
    int REDUCTIONS = 3;
    /** {@code CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES}; those of B, C and D follow. */
    int LEAST_ALIGNMENT_OF_A = 5;

    int NUM_ALIGNMENTS = 4;
    /** {@code CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE}: pieces of a sum are kept apart and added in one order. */
    int APART = 2;

    /** {@code cublasLtMatmulHeuristicResult_t}: the algorithm's 64 bytes, scratch, state, waves and four reserved numbers. */
    int FOUND_BYTES = 96;

    int FOUND_SCRATCH = 64;
    int FOUND_STATE = 72;

    long cublasLtGetVersion();

    String cublasLtGetStatusString(int code);

    int cublasLtCreate(PointerByReference made);

    int cublasLtDestroy(Pointer handle);

    int cublasLtMatmulDescCreate(PointerByReference made, int compute, int scale);

    int cublasLtMatmulDescSetAttribute(Pointer description, int attribute, Memory value, long bytes);

    int cublasLtMatmulDescDestroy(Pointer description);

    int cublasLtMatrixLayoutCreate(PointerByReference made, int type, long rows, long columns, long columnStep);

    int cublasLtMatrixLayoutDestroy(Pointer layout);

    int cublasLtMatmulPreferenceCreate(PointerByReference made);

    int cublasLtMatmulPreferenceSetAttribute(Pointer preference, int attribute, Memory value, long bytes);

    int cublasLtMatmulPreferenceDestroy(Pointer preference);

    int cublasLtMatmulAlgoGetHeuristic(
            Pointer handle,
            Pointer description,
            Pointer a,
            Pointer b,
            Pointer c,
            Pointer d,
            Pointer preference,
            int wanted,
            Memory found,
            IntByReference count);

    int cublasLtMatmul(
            Pointer handle,
            Pointer description,
            Pointer alpha,
            Pointer a,
            Pointer layoutOfA,
            Pointer b,
            Pointer layoutOfB,
            Pointer beta,
            Pointer c,
            Pointer layoutOfC,
            Pointer d,
            Pointer layoutOfD,
            Pointer algorithm,
            @Nullable Pointer scratch,
            long scratchBytes,
            Pointer stream);
}
