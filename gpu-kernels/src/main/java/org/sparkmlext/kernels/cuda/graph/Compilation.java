package org.sparkmlext.kernels.cuda.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;
import org.sparkmlext.kernels.graph.plan.Readers;

/** What the compilers of the op families share while one graph is compiled: where every value lies, and the launches so far. */
final class Compilation {

    private final Graph graph;
    private final ProgramMemory memory;
    private final DeviceFacts facts;
    private final AdditiveParts additive;
    private final Readers readers;
    private final Set<Slot> planned = new LinkedHashSet<>();
    private final LaunchList launches = new LaunchList(planned);
    private final InputChecks checks;
    private final Map<Value, Slot> slots = new HashMap<>();
    private final Set<Value> madeInPlace = new HashSet<>();
    private final Map<Slot, Object> constants = new LinkedHashMap<>();
    /** Seed and step of a run, two longs. */
    private final Slot key = Slot.permanent(2L * Long.BYTES);

    Compilation(Graph graph, ProgramMemory memory, DeviceFacts facts) {
        this.graph = graph;
        this.memory = memory;
        this.facts = facts;
        additive = new AdditiveParts(graph, memory.layout());
        readers = new Readers(graph);
        checks = new InputChecks(graph, memory, planned);
        planned.add(key);
    }

    Graph graph() {
        return graph;
    }

    ProgramMemory memory() {
        return memory;
    }

    /** Of the device that will run it. */
    DeviceFacts facts() {
        return facts;
    }

    AdditiveParts additive() {
        return additive;
    }

    Readers readers() {
        return readers;
    }

    LaunchList launches() {
        return launches;
    }

    InputChecks checks() {
        return checks;
    }

    /** All that needs a place in the program's memory. */
    Set<Slot> planned() {
        return planned;
    }

    Slot key() {
        return key;
    }

    Shape shape(Value value) {
        return graph.type(value).shape();
    }

    int elements(Value value) {
        return shape(value).elements();
    }

    /** Where a value lies that was made before. */
    Slot read(Value value) {
        Slot slot = slots.get(value);
        if (slot == null) {
            throw new IllegalStateException("value " + value + " is read before it is made");
        }
        return slot;
    }

    /** Where to make a value of floats: where it is wanted outside, if it is, so that it need not be copied. */
    Slot make(Value value) {
        AdditiveParts.Place place = additive.onlyPlace(value, readers);
        Slot output = memory.output(graph, value);
        Slot slot;
        if (place != null) {
            slot = memory.additive(place.from(), place.length());
            madeInPlace.add(value);
        } else {
            slot = output != null ? output : Slot.planned((long) elements(value) * Float.BYTES);
        }
        return define(value, slot);
    }

    /** Whether a value was made where it lies in the additive array. */
    boolean isMadeInPlace(Value value) {
        return madeInPlace.contains(value);
    }

    /** Makes room for a value that only the op's own gradient understands. */
    Slot makeOpaque(Value value, long bytes) {
        return define(value, Slot.planned(bytes));
    }

    /** Says where a value lies. */
    Slot define(Value value, Slot slot) {
        slots.put(value, slot);
        return slot;
    }

    /** Room for the launches of one node. */
    Slot scratch(long bytes) {
        return Slot.planned(bytes);
    }

    /** Numbers that are written once, when the program is made. */
    Slot constant(float... values) {
        return constant(values, values.length);
    }

    Slot constant(int... values) {
        return constant(values, values.length);
    }

    private Slot constant(Object values, int length) {
        Slot slot = Slot.permanent((long) length * Float.BYTES);
        constants.put(slot, values);
        return slot;
    }

    void writeConstants(DeviceMemory arena) {
        constants.forEach((slot, values) -> {
            if (!planned.contains(slot)) {
                return;
            }
            if (values instanceof float[] floats) {
                slot.memory(arena).copyIn(0, floats, 0, floats.length);
            } else if (values instanceof int[] ints) {
                slot.memory(arena).copyIn(0, ints, 0, ints.length);
            }
        });
    }

    /** Brings a value to another place. */
    void copy(Slot from, Slot to, int count) {
        launches.each("elements", "copy_runs", count, from, to, count, count, count);
    }

    /** The value at an op's input, if it has so many. */
    @Nullable
    Slot readOptional(Node node, int input) {
        return node.inputs().size() > input ? read(node.input(input)) : null;
    }
}
