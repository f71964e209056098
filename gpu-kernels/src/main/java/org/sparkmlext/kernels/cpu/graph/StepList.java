package org.sparkmlext.kernels.cpu.graph;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;
import org.sparkmlext.kernels.graph.Node;

/** Steps of a program under construction: those that take over parameters, and those of a run. */
final class StepList {

    private final engine engine;
    private final NativeObjects objects;
    private final List<Step> loads = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Sharing> sharings = new ArrayList<>();
    private String layer = "";
    private String op = "";

    /** A step that may write its result over its input where nobody reads that later. */
    private record Sharing(int step, Tensor input, Tensor result) {}

    StepList(engine engine, NativeObjects objects) {
        this.engine = engine;
        this.objects = objects;
    }

    /** Steps added from now on belong to this node. */
    void begin(Node node) {
        begin(node.layer(), node.op().name());
    }

    void begin(String ofLayer, String ofOp) {
        layer = ofLayer;
        op = ofOp;
    }

    /** Adds steps of another node in the middle of those of the present one. */
    void within(Node node, Runnable adding) {
        String presentLayer = layer;
        String presentOp = op;
        begin(node);
        adding.run();
        begin(presentLayer, presentOp);
    }

    engine engine() {
        return engine;
    }

    int size() {
        return steps.size();
    }

    List<Step> steps() {
        return steps;
    }

    List<Step> loads() {
        return loads;
    }

    /** Attributes every primitive needs: by default the scratchpad belongs to the thread that made the primitive, and running it on another one crashes. */
    static primitive_attr attributes() {
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
        return attributes;
    }

    /** Adds a primitive; the caller gives it its arguments. */
    PrimitiveStep add(primitive_desc_base description) {
        return add(steps, description, op);
    }

    private PrimitiveStep add(List<Step> list, primitive_desc_base description, String what) {
        Step.Label label =
                new Step.Label(layer, what, description.impl_info_str().getString());
        PrimitiveStep step = new PrimitiveStep(label, objects.keep(new primitive(description.get())));
        memory.desc scratchpad = description.scratchpad_desc();
        if (scratchpad.get_size() > 0) {
            step.writeOpaque(dnnl.DNNL_ARG_SCRATCHPAD, Tensor.of(scratchpad));
        }
        list.add(step);
        return step;
    }

    /** Adds a step in Java. */
    JavaStep add(String detail, Function<Binding, JavaStep.Work> binder) {
        JavaStep step = new JavaStep(new Step.Label(layer, op, detail), binder);
        steps.add(step);
        return step;
    }

    /** Fills a tensor with zeros. */
    void clear(Tensor tensor) {
        add("memset", binding -> {
                    Pointer address = tensor.storage().address(binding.arena());
                    long bytes = tensor.desc().get_size();
                    return key -> Pointer.memset(address, 0, bytes);
                })
                .write(tensor);
    }

    /** The last step added may write {@code result} where {@code input} lies. */
    void mayShare(Tensor input, Tensor result) {
        sharings.add(new Sharing(steps.size() - 1, input, result));
    }

    /** Copies into another layout or type. */
    void reorder(Tensor from, Tensor to) {
        reorder(steps, from, to);
    }

    /** Copies a parameter into the layout of a step, when parameters are loaded. */
    void reorderOnLoad(Tensor from, Tensor to) {
        reorder(loads, from, to);
        to.storage().makePermanent();
    }

    private void reorder(List<Step> list, Tensor from, Tensor to) {
        reorder.primitive_desc description =
                new reorder.primitive_desc(engine, from.desc(), engine, to.desc(), attributes(), false);
        add(list, description, Step.Label.REORDER)
                .read(dnnl.DNNL_ARG_FROM, from)
                .write(dnnl.DNNL_ARG_TO, to);
    }

    /** Finds out how long every storage lives, puts results over inputs where that is safe; returns the storages to be placed. */
    Set<Storage> lifetimes() {
        for (int i = 0; i < steps.size(); i++) {
            for (Tensor tensor : steps.get(i).tensors()) {
                tensor.storage().usedBy(i);
            }
        }
        // In order of the steps, so that a chain of element-wise steps ends up in one place.
        for (Sharing sharing : sharings) {
            Storage input = sharing.input().storage();
            Storage result = sharing.result().storage();
            if (!input.isGiven()
                    && !result.isGiven()
                    && !input.isPermanent()
                    && !result.isPermanent()
                    && input.lastStep() == sharing.step()
                    && result.firstStep() == sharing.step()
                    && input.root() != result.root()
                    && input.root().bytes() == result.root().bytes()) {
                result.share(input);
            }
        }
        Set<Storage> storages = new LinkedHashSet<>();
        for (List<Step> list : List.of(loads, steps)) {
            for (Step step : list) {
                for (Tensor tensor : step.tensors()) {
                    if (!tensor.storage().isGiven()) {
                        storages.add(tensor.storage().root());
                    }
                }
            }
        }
        return storages;
    }
}
