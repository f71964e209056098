package org.sparkmlext.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.GraphKernels;
import org.sparkmlext.kernels.graph.GraphKernelsContract;
import org.sparkmlext.kernels.tree.TreeKernels;
import org.sparkmlext.kernels.tree.TreeKernelsContract;

/**
 * Every kernel, for {@code src/test/cuda/sanitize}: NVIDIA's compute-sanitizer rewrites all kernels of a module that is loaded, so one back
 * end, and with it its modules, stays open for all tests. The system property {@code device} names it: {@code cuda}, or
 * {@code emulated} to try the tests themselves.
 */
@Tag("sanitizer")
@Timeout(600)
class SanitizedKernelsTest {

    private static @Nullable Backend kept;
    private static boolean isTaken;

    private static Backend make() {
        return Backends.open(System.getProperty("device", CudaBackend.NAME), BackendOptions.threads(1))
                .backend();
    }

    @BeforeAll
    static void openOnce() {
        kept = make();
    }

    @AfterAll
    static void close() {
        if (kept != null) {
            kept.close();
        }
    }

    /** The back end that stays open, or another one for a test that wants two at once. */
    private static Backend open() {
        if (kept == null || isTaken) {
            return make();
        }
        isTaken = true;
        return new Borrowed(kept);
    }

    private static final class Borrowed implements Backend {
        private final Backend backend;
        private boolean isClosed;

        private Borrowed(Backend backend) {
            this.backend = backend;
        }

        private Backend opened() {
            if (isClosed) {
                throw new IllegalStateException("the back end is closed");
            }
            return backend;
        }

        @Override
        public String name() {
            return backend.name();
        }

        @Override
        public String description() {
            return backend.description();
        }

        @Override
        public Buffer allocate(ElementType type, int length) {
            return opened().allocate(type, length);
        }

        @Override
        public TreeKernels trees() {
            return opened().trees();
        }

        @Override
        public GraphKernels graphs() {
            return opened().graphs();
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                isTaken = false;
            }
        }
    }

    @Nested
    class Trees extends TreeKernelsContract {
        @Override
        protected Backend open() {
            return SanitizedKernelsTest.open();
        }
    }

    @Nested
    class Networks extends GraphKernelsContract {
        @Override
        protected Backend open() {
            return SanitizedKernelsTest.open();
        }
    }
}
