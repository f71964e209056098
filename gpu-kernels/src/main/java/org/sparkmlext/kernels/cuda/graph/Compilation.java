package org.sparkmlext.kernels.cuda.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceFacts;
import org.sparkmlext.kernels.cuda.device.DeviceKernel.Grid;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;
import org.sparkmlext.kernels.cuda.device.ProductCall;
import org.sparkmlext.kernels.cuda.device.ProductShape;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.Element;
import org.sparkmlext.kernels.graph.Graph;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Source;
import org.sparkmlext.kernels.graph.Value;
import org.sparkmlext.kernels.graph.plan.AdditiveParts;
import org.sparkmlext.kernels.graph.plan.Readers;

/**
 * What the compilers of the op families share while one graph is compiled: where every value lies, and the launches so far.
 *
 * <p>From compute capability 8.0 on images have two forms, plain float32 and pixels ({@link PixelShape}). An op makes and reads the one it likes: {@link
 * #read} and {@link #readPixels} convert a value the first time that the form which is not there is asked for.
 */
final class Compilation {

    /** As {@code pixels.cu} has them: pixels and channels that a block converts, and its threads. */
    private static final int TURNED_PIXELS = 32;

    private static final int TURNED_CHANNELS = 64;
    private static final int TURNING_THREADS = 256;

    private final Graph graph;
    private final ProgramMemory memory;
    private final DeviceFacts facts;
    private final Function<ProductShape, Optional<ProductCall>> libraries;
    private final AdditiveParts additive;
    private final Readers readers;
    private final Set<Slot> planned = new LinkedHashSet<>();
    private final LaunchList launches = new LaunchList(planned);
    private final InputChecks checks;
    private final boolean isBfloat16;
    private final boolean hasTensorCores;
    private final RowForms rowForms;
    /** Where values lie in plain float32. */
    private final Map<Value, Slot> slots = new HashMap<>();
    /** Where values lie as pixels. */
    private final Map<Value, Slot> pixels = new HashMap<>();

    private final Map<Value, PartialStatistics> statistics = new HashMap<>();
    private final Set<Value> madeInPlace = new HashSet<>();
    private final Set<Value> madeAhead = new HashSet<>();
    private final Set<Value> cleared = new HashSet<>();
    private final Set<Slot> clearedSlots = new HashSet<>();
    private final Map<Slot, Object> constants = new LinkedHashMap<>();
    /** Seed and step of a run, two longs. */
    private final Slot key = Slot.permanent(2L * Long.BYTES);

    /** @param libraries what computes a product beside the kernels, if anything does */
    Compilation(
            Graph graph,
            Precision precision,
            ProgramMemory memory,
            DeviceFacts facts,
            Function<ProductShape, Optional<ProductCall>> libraries) {
        this.graph = graph;
        this.memory = memory;
        this.facts = facts;
        this.libraries = libraries;
        isBfloat16 = precision == Precision.BFLOAT16;
        hasTensorCores = facts.hasTensorCores();
        rowForms = new RowForms(graph);
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

    /** A product by a library of the device's vendor, if one is to compute it. */
    Optional<ProductCall> library(ProductShape shape) {
        return libraries.apply(shape);
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

    boolean isBfloat16() {
        return isBfloat16;
    }

    /** Whether kernels for tensor cores can be used: in bfloat16 always, since no other device has it. */
    boolean hasTensorCores() {
        return hasTensorCores;
    }

    /** What pixels are made of. */
    PixelNumber pixelNumber() {
        return isBfloat16 ? PixelNumber.BFLOAT16 : PixelNumber.FLOAT32;
    }

    /**
     * Whether ops that compute on pixels make this value so: images between layers, in bfloat16 rows too ({@link RowForms}); no weights.
     */
    boolean hasPixels(Value value) {
        return hasTensorCores
                && graph.type(value).element() == Element.NUMBER
                && (shape(value).rank() == 4 || isBfloat16 && rowForms.has(value));
    }

    PixelShape pixelShape(Value value) {
        return shape(value).rank() == 4 ? PixelShape.of(shape(value)) : rowForms.shapeOf(value);
    }

    /** Whether a value N x features lies as the images do that it was made of or will become. */
    boolean isFlattened(Value value) {
        return isBfloat16 && rowForms.isFlattened(value);
    }

    /** Says that one value is another under another shape, in all forms it was made in. */
    void alias(Value value, Value other) {
        Slot plain = slots.get(other);
        if (plain != null) {
            define(value, plain);
        }
        Slot own = pixels.get(other);
        if (own != null) {
            definePixels(value, own);
        }
    }

    /** Whether a value was made in some form. */
    boolean isMade(Value value) {
        return slots.containsKey(value) || pixels.containsKey(value);
    }

    private static Slot require(@Nullable Slot slot, Value value) {
        if (slot == null) {
            throw new IllegalStateException("value " + value + " is read before it is made");
        }
        return slot;
    }

    /** Where a value that was made before, or comes from outside, lies in plain order: floats, if it is made of numbers. */
    Slot read(Value value) {
        Slot slot = slots.get(value);
        if (slot == null && graph.node(value).op() instanceof Source source) {
            return define(value, memory.source(source));
        }
        if (slot == null) {
            Slot made = require(pixels.get(value), value);
            slot = make(value);
            fromPixels(made, slot, pixelShape(value));
        }
        return slot;
    }

    /** Where images that were made before lie as pixels. */
    Slot readPixels(Value value) {
        Slot slot = pixels.get(value);
        if (slot == null) {
            Slot made = require(slots.get(value), value);
            slot = makePixels(value);
            toPixels(made, slot, pixelShape(value));
        }
        return slot;
    }

    /** Brings plain images to pixels. */
    void toPixels(Slot plain, Slot made, PixelShape shape) {
        convert("to", plain, made, shape);
    }

    /** Brings pixels to plain images. */
    void fromPixels(Slot made, Slot plain, PixelShape shape) {
        convert("from", made, plain, shape);
    }

    private void convert(String direction, Slot from, Slot to, PixelShape shape) {
        if (shape.area() == 1) {
            launches.each(
                    pixelNumber().file("pixels"), direction + "_rows", shape.allGroups(), from, to, shape.channels());
            return;
        }
        Grid blocks = Grid.covering(shape.pixels(), TURNED_PIXELS, TURNING_THREADS);
        int ofChannels = (shape.channels() + TURNED_CHANNELS - 1) / TURNED_CHANNELS;
        launches.add(
                pixelNumber().file("pixels"),
                direction + "_pixels",
                new Grid(blocks.x(), ofChannels, 1, TURNING_THREADS),
                from,
                to,
                shape.channels(),
                shape.area(),
                shape.pixels());
    }

    /** Where to make images as pixels. */
    Slot makePixels(Value value) {
        return definePixels(value, Slot.planned(pixelShape(value).bytes(pixelNumber())));
    }

    /** Says where images lie as pixels. */
    Slot definePixels(Value value, Slot slot) {
        pixels.put(value, slot);
        return slot;
    }

    /** What a node has made of one of its outputs, in the form it was made in; it stays until the node's last launch is done. */
    MadeBy made(Node node, Value value) {
        Slot own = pixels.get(value);
        boolean isOfPixels = own != null;
        Slot numbers = own != null ? own : read(value);
        numbers.usedBy(launches.size() - 1);
        int count = isOfPixels ? pixelShape(value).allGroups() : elements(value);
        return new MadeBy(node, launches.size(), numbers, count, isOfPixels ? pixelNumber() : null);
    }

    /** Whether a batch normalisation will ask for the statistics of images, so that who makes them may well make those too. */
    boolean wantsStatistics(Value images) {
        return hasPixels(images)
                && shape(images).rank() == 4
                && readers.of(images).stream().anyMatch(reader -> reader.op() instanceof BatchNorm);
    }

    /** Statistics of images, made with them. */
    void giveStatistics(Value images, PartialStatistics made) {
        statistics.put(images, made);
    }

    @Nullable
    PartialStatistics statistics(Value images) {
        return statistics.get(images);
    }

    /** Where to make a value of floats: where it is wanted outside, if it is, so that it need not be copied. */
    Slot make(Value value) {
        AdditiveParts.Place place = additive.onlyPlace(value, readers);
        Slot output = memory.output(graph, value);
        Slot slot;
        if (place != null) {
            slot = memory.additive(place.from(), place.length());
            madeInPlace.add(value);
            if (cleared.contains(value)) {
                clearedSlots.add(slot);
            }
        } else {
            slot = output != null ? output : Slot.planned((long) elements(value) * Float.BYTES);
        }
        return define(value, slot);
    }

    /**
     * Where a statistic is wanted times the number of rows; whoever makes the statistic makes that too.
     *
     * @return null if it is wanted nowhere, or at several places, which are filled behind
     */
    @Nullable
    Slot sumOverRows(Value statistic) {
        List<AdditiveParts.Place> places = additive.places(statistic);
        if (places.size() != 1 || places.get(0).factor() != graph.rows()) {
            return null;
        }
        madeInPlace.add(statistic);
        return memory.additive(places.get(0).from(), places.get(0).length());
    }

    /** Says that a value which is made in the additive array is cleared there before all else. */
    void clear(Value value) {
        cleared.add(value);
    }

    /** Whether the value that is made in a slot was {@link #clear cleared} and needs no launch to be 0. */
    boolean isCleared(Slot made) {
        return clearedSlots.contains(made);
    }

    /** Says that the launches of an earlier node make a value. */
    void makeAhead(Value value) {
        madeAhead.add(value);
    }

    boolean isMadeAhead(Value value) {
        return madeAhead.contains(value);
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
