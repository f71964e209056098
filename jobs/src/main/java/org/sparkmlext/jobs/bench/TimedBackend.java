package org.sparkmlext.jobs.bench;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.Buffer;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.tree.BinnedRows;
import org.sparkmlext.kernels.tree.DenseRows;
import org.sparkmlext.kernels.tree.RowPartition;
import org.sparkmlext.kernels.tree.SparseRows;
import org.sparkmlext.kernels.tree.TreeKernels;

/**
 * A back end whose boosting kernels are timed one by one. Behind each call the device is waited for, so that a call's time is its own: a
 * run takes longer than without.
 */
final class TimedBackend implements Backend {

    /** The kernels of which a round's first is one. */
    private static final Set<String> GRADIENTS = Set.of("maxGradients", "gradients", "quantize");

    private static final class Time {
        private long nanos;
        private int calls;
    }

    private final Backend backend;
    private final long openedNanos;
    private final TreeKernels trees;
    private final Map<String, Time> times = new LinkedHashMap<>();
    /** Copying it out waits for everything before. */
    private final Buffer last;

    private final int[] copied = new int[1];
    private final long start = System.nanoTime();
    /** Of all kernels, and of the host, before the first gradients. */
    private long kernelNanos;

    private long preparedNanos;

    /**
     * @param backend is closed with this
     * @param openedNanos how long it took to open it
     */
    TimedBackend(Backend backend, long openedNanos) {
        this.backend = backend;
        this.openedNanos = openedNanos;
        last = backend.allocate(ElementType.INT, 1);
        trees = timed(TreeKernels.class, backend.trees());
    }

    private <T> T timed(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new Timer(target)));
    }

    /** Times the calls of an object; rows that it makes are timed too, and come back to it as they are. */
    private final class Timer implements InvocationHandler {
        private final Object target;

        private Timer(Object target) {
            this.target = target;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            Object[] own = arguments == null ? new Object[0] : arguments.clone();
            for (int i = 0; i < own.length; i++) {
                if (own[i] instanceof BinnedRows && Proxy.isProxyClass(own[i].getClass())) {
                    own[i] = ((Timer) Proxy.getInvocationHandler(own[i])).target;
                }
            }
            if (preparedNanos == 0 && GRADIENTS.contains(method.getName())) {
                preparedNanos = System.nanoTime() - start - kernelNanos;
            }
            long called = System.nanoTime();
            Object result;
            try {
                result = method.invoke(target, own);
            } catch (InvocationTargetException failed) {
                throw failed.getCause();
            }
            if (target instanceof BinnedRows && !isCopy(method.getName())) {
                return result;
            }
            last.copyOut(0, copied, 0, 1);
            Time time = times.computeIfAbsent(name(method.getName(), own), name -> new Time());
            long taken = System.nanoTime() - called;
            time.nanos += taken;
            time.calls++;
            kernelNanos += taken;
            if (result instanceof DenseRows rows) {
                return timed(DenseRows.class, rows);
            }
            return result instanceof SparseRows rows ? timed(SparseRows.class, rows) : result;
        }
    }

    private static boolean isCopy(String method) {
        return method.equals("copyIn") || method.equals("append");
    }

    /** Histograms of the root, which reads rows in order, apart from all others. */
    private static String name(String method, Object[] arguments) {
        if (!method.equals("histograms")) {
            return isCopy(method) ? "rows to the device" : method;
        }
        int numRows = ((RowPartition) arguments[2]).numRows();
        long rows = 0;
        for (Object task : (List<?>) arguments[4]) {
            rows += ((TreeKernels.HistogramTask) task).rows().numRows();
        }
        return rows == numRows ? "histograms of the root" : "other histograms";
    }

    /**
     * A line a kernel, the one that took longest first, and the host's own.
     *
     * @param allSeconds of the whole training
     */
    String report(double allSeconds) {
        StringBuilder text = new StringBuilder();
        times.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue().nanos, a.getValue().nanos))
                .forEach(entry -> {
                    double seconds = entry.getValue().nanos / 1e9;
                    text.append(line(entry.getKey(), seconds, allSeconds));
                    text.append(String.format(
                            Locale.ROOT,
                            "%9d calls of %10.1f us%n",
                            entry.getValue().calls,
                            seconds * 1e6 / entry.getValue().calls));
                });
        double opened = openedNanos / 1e9;
        double prepared = preparedNanos / 1e9;
        return text.append(line("opening the device", opened, allSeconds))
                .append(System.lineSeparator())
                .append(line("host, before the rounds", prepared, allSeconds))
                .append(System.lineSeparator())
                .append(line("host, rounds and model", allSeconds - opened - kernelNanos / 1e9 - prepared, allSeconds))
                .append(System.lineSeparator())
                .toString();
    }

    private static String line(String name, double seconds, double allSeconds) {
        return String.format(Locale.ROOT, "  %-24s %9.3f s %6.1f %%", name, seconds, 100 * seconds / allSeconds);
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
        return backend.allocate(type, length);
    }

    @Override
    public TreeKernels trees() {
        return trees;
    }

    @Override
    public void close() {
        last.close();
        backend.close();
    }
}
