package org.sparkmlext.kernels.cuda.device;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Products of matrices by cuBLASLt, whose matrices lie column after column: a product is asked for with its factors exchanged. */
final class CublasLtProducts {

    private static final String NAME = "cublasLt";
    private static final String CHOOSING = "choosing an algorithm";
    private static final long MOST_SCRATCH = 1L << 25;
    /** What groups of 8 numbers in bfloat16 begin at. */
    private static final int ALIGNMENT = 16;

    private final CublasLt calls;
    private final Pointer stream;
    private final VendorObjects own;
    private final Pointer handle;

    private CublasLtProducts(CublasLt calls, Pointer stream, VendorObjects own, Pointer handle) {
        this.calls = calls;
        this.stream = stream;
        this.own = own;
        this.handle = handle;
    }

    private static VendorObjects objects(CublasLt calls) {
        return new VendorObjects(NAME, calls::cublasLtGetStatusString);
    }

    /** @param stream whose context is current */
    static CublasLtProducts open(CublasLt calls, long stream) {
        VendorObjects own = objects(calls);
        Pointer handle = own.make(calls::cublasLtCreate, calls::cublasLtDestroy, "opening it");
        return new CublasLtProducts(calls, new Pointer(stream), own, handle);
    }

    void free() {
        own.free();
    }

    /** A product, if the library has an algorithm for it that gives the same bits every time. */
    Optional<ProductCall> find(ProductShape.Multiplication shape) {
        VendorObjects objects = objects(calls);
        return objects.orFree(() -> find(objects, shape));
    }

    private Optional<ProductCall> find(VendorObjects objects, ProductShape.Multiplication shape) {
        boolean isOverRows = shape.isOverRows();
        Pointer product = objects.make(
                made -> calls.cublasLtMatmulDescCreate(made, CublasLt.COMPUTE_FLOAT32, CublasLt.FLOAT32),
                calls::cublasLtMatmulDescDestroy,
                "describing a product");
        Memory transposed = number(CublasLt.TRANSPOSED);
        objects.check(
                calls.cublasLtMatmulDescSetAttribute(
                        product,
                        isOverRows ? CublasLt.TRANSPOSE_B : CublasLt.TRANSPOSE_A,
                        transposed,
                        transposed.size()),
                "describing a product");
        // Each row after row, which is its transpose column after column.
        Pointer second = isOverRows
                ? matrix(objects, CublasLt.BFLOAT16, shape.columns(), shape.inner())
                : matrix(objects, CublasLt.BFLOAT16, shape.inner(), shape.columns());
        Pointer first = isOverRows
                ? matrix(objects, CublasLt.BFLOAT16, shape.rows(), shape.inner())
                : matrix(objects, CublasLt.BFLOAT16, shape.inner(), shape.rows());
        Pointer result =
                matrix(objects, isOverRows ? CublasLt.FLOAT32 : CublasLt.BFLOAT16, shape.columns(), shape.rows());
        Memory found = choose(objects, product, second, first, result);
        if (found == null) {
            objects.free();
            return Optional.empty();
        }
        return Optional.of(new Call(this, objects, product, first, second, result, found));
    }

    private Pointer matrix(VendorObjects objects, int type, long rows, long columns) {
        return objects.make(
                made -> calls.cublasLtMatrixLayoutCreate(made, type, rows, columns, rows),
                calls::cublasLtMatrixLayoutDestroy,
                "describing a matrix");
    }

    private @Nullable Memory choose(VendorObjects objects, Pointer product, Pointer a, Pointer b, Pointer d) {
        VendorObjects ofChoice = objects(calls);
        Memory found = new Memory(CublasLt.FOUND_BYTES);
        IntByReference count = new IntByReference();
        try {
            Pointer wish = ofChoice.make(
                    calls::cublasLtMatmulPreferenceCreate, calls::cublasLtMatmulPreferenceDestroy, CHOOSING);
            Memory scratch = new Memory(Long.BYTES);
            scratch.setLong(0, MOST_SCRATCH);
            objects.check(
                    calls.cublasLtMatmulPreferenceSetAttribute(wish, CublasLt.MOST_SCRATCH, scratch, scratch.size()),
                    CHOOSING);
            wish(objects, wish, CublasLt.REDUCTIONS, CublasLt.APART);
            for (int i = 0; i < CublasLt.NUM_ALIGNMENTS; i++) {
                wish(objects, wish, CublasLt.LEAST_ALIGNMENT_OF_A + i, ALIGNMENT);
            }
            int code = calls.cublasLtMatmulAlgoGetHeuristic(handle, product, a, b, d, d, wish, 1, found, count);
            if (code == CublasLt.NOT_SUPPORTED) {
                return null;
            }
            objects.check(code, CHOOSING);
            boolean isFound = count.getValue() > 0 && found.getInt(CublasLt.FOUND_STATE) == CublasLt.SUCCESS;
            return isFound ? found : null;
        } finally {
            ofChoice.free();
        }
    }

    private void wish(VendorObjects objects, Pointer wish, int attribute, int value) {
        Memory number = number(value);
        objects.check(calls.cublasLtMatmulPreferenceSetAttribute(wish, attribute, number, number.size()), CHOOSING);
    }

    private static Memory number(int value) {
        Memory memory = new Memory(Integer.BYTES);
        memory.setInt(0, value);
        return memory;
    }

    private record Call(
            CublasLtProducts of,
            VendorObjects objects,
            Pointer product,
            Pointer firstMatrix,
            Pointer secondMatrix,
            Pointer resultMatrix,
            Memory algorithm)
            implements ProductCall {

        @Override
        public String library() {
            return NAME;
        }

        @Override
        public long scratchBytes() {
            return algorithm.getLong(CublasLt.FOUND_SCRATCH);
        }

        @Override
        public void run(DeviceMemory first, DeviceMemory second, DeviceMemory result, @Nullable DeviceMemory scratch) {
            Pointer to = VendorObjects.address(result);
            int code = of.calls.cublasLtMatmul(
                    of.handle,
                    product,
                    VendorObjects.number(1),
                    VendorObjects.address(second),
                    secondMatrix,
                    VendorObjects.address(first),
                    firstMatrix,
                    VendorObjects.number(0),
                    to,
                    resultMatrix,
                    to,
                    resultMatrix,
                    algorithm,
                    VendorObjects.addressOrNull(scratch),
                    scratchBytes(),
                    of.stream);
            if (code != CublasLt.SUCCESS) {
                throw objects.failure(code, "a product");
            }
        }

        @Override
        public void free() {
            objects.free();
        }
    }
}
