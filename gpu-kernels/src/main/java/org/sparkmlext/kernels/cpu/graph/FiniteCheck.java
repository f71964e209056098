package org.sparkmlext.kernels.cpu.graph;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Map;
import java.util.Optional;
import org.sparkmlext.kernels.ElementType;
import org.sparkmlext.kernels.graph.FlatLayout;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.NonFinite;

/** Looks for NaN and infinity. */
final class FiniteCheck {

    private final float[] chunk = new float[NativeBuffer.CHUNK];

    /** Looks at what comes from outside: inputs, then parameters, then states. */
    Optional<NonFinite> sources(Graph graph, ProgramMemory memory) {
        for (Map.Entry<String, NativeBuffer> input : memory.inputs().entrySet()) {
            NativeBuffer buffer = input.getValue();
            if (buffer.type() == ElementType.FLOAT && !isFinite(buffer, 0, buffer.length())) {
                return Optional.of(new NonFinite(input.getKey(), "input"));
            }
        }
        Optional<NonFinite> parameter = in(graph.layout().parameters(), memory.parameters(), "parameter");
        return parameter.isPresent() ? parameter : in(graph.layout().state(), memory.state(), "state");
    }

    private Optional<NonFinite> in(FlatLayout layout, NativeBuffer buffer, String kind) {
        return layout.entries().stream()
                .filter(entry -> !isFinite(buffer, entry.offset(), entry.end()))
                .findFirst()
                .map(entry -> new NonFinite(entry.name(), kind));
    }

    private boolean isFinite(NativeBuffer buffer, int from, int to) {
        for (int i = from; i < to; i += chunk.length) {
            int count = Math.min(chunk.length, to - i);
            buffer.copyOut(i, chunk, 0, count);
            if (!isFinite(count)) {
                return false;
            }
        }
        return true;
    }

    private boolean isFinite(int count) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(chunk[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether all are finite; others than floats always are. */
    boolean isFinite(Step.Numbers numbers) {
        long bytes = numbers.bytes();
        long step = 1 << 30;
        for (long from = 0; from < bytes; from += step) {
            ByteBuffer view = NativeMemory.view(numbers.address().getPointer(from), Math.min(step, bytes - from));
            boolean isFinite = switch (numbers.type()) {
                case f32 -> isFinite(view.asFloatBuffer());
                case bf16 -> isFinite(view.asShortBuffer());
                default -> true;
            };
            if (!isFinite) {
                return false;
            }
        }
        return true;
    }

    private boolean isFinite(FloatBuffer values) {
        while (values.hasRemaining()) {
            int count = Math.min(chunk.length, values.remaining());
            values.get(chunk, 0, count);
            if (!isFinite(count)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFinite(ShortBuffer values) {
        while (values.hasRemaining()) {
            if (!Bfloat16.isFinite(values.get())) {
                return false;
            }
        }
        return true;
    }
}
