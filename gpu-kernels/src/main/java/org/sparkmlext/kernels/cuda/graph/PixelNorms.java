package org.sparkmlext.kernels.cuda.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.graph.BatchNorm;
import org.sparkmlext.kernels.graph.CounterRandom;
import org.sparkmlext.kernels.graph.Node;
import org.sparkmlext.kernels.graph.Value;

/** Compiles batch normalisation of pixels with what runs in one pass with it ({@link NormChains}): {@code pixel_norms.cu}. */
final class PixelNorms {

    private static final String FILE = "pixel_norms";
    /** Pooled pixels of a thread, each of which has four. */
    private static final int POOLED_PIXELS = 4;

    private static final int TABLE_ROWS = 3;
    private static final int REST_ROWS = 2;

    private final Compilation c;
    private final NormChains chains;
    private final RowNorms rowNorms;
    /** Mean, factor and shift of the channels of a normalisation, by its node's id. */
    private final Map<Integer, Slot> tables = new HashMap<>();
    /** What its dropout has kept, likewise. */
    private final Map<Integer, Slot> kept = new HashMap<>();

    PixelNorms(Compilation c, NormChains chains) {
        this.c = c;
        this.chains = chains;
        rowNorms = new RowNorms(c);
    }

    private String file() {
        return c.pixelNumber().file(FILE);
    }

    private Slot rows(PixelShape shape, int count) {
        return c.scratch((long) count * shape.padded() * Float.BYTES);
    }

    /** The statistics of a batch, and what pixels are normalised by. */
    void measure(Node node, BatchNorm op) {
        NormChains.Chain chain = chains.startingWith(node);
        if (chain.isOfRows(c)) {
            rowNorms.normalize(op, chain);
            return;
        }
        PixelShape shape = c.pixelShape(node.input(0));
        PartialStatistics parts = statistics(node.input(0), shape);
        Slot table = rows(shape, TABLE_ROWS);
        tables.put(node.id(), table);
        c.launches()
                .add(
                        file(),
                        "merge_statistics",
                        PixelBlocks.of(shape, PixelBlocks.PIXELS).merging(),
                        parts.numbers(),
                        parts.count(),
                        parts.pixels(),
                        shape.pixels(),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        op.epsilon(),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        c.sumOverRows(node.output(1)),
                        c.sumOverRows(node.output(2)),
                        (float) c.graph().rows(),
                        table,
                        shape.channels());
        apply(node);
    }

    /** Statistics of images, made here unless whoever made the images has made them. */
    PartialStatistics statistics(Value images, PixelShape shape) {
        PartialStatistics given = c.statistics(images);
        if (given != null) {
            return given;
        }
        PixelBlocks blocks = PixelBlocks.of(shape, PixelBlocks.PIXELS);
        Slot numbers = c.scratch(PartialStatistics.bytes(shape, blocks.count()));
        c.launches()
                .add(
                        file(),
                        "partial_statistics",
                        blocks.grid(),
                        c.readPixels(images),
                        numbers,
                        shape.groups(),
                        blocks.pixelsOfBlock(),
                        shape.pixels());
        PartialStatistics made = new PartialStatistics(numbers, blocks.count(), blocks.pixelsOfBlock());
        c.giveStatistics(images, made);
        return made;
    }

    /** Statistics that are given. */
    void take(Node node, BatchNorm.Inference op) {
        PixelShape shape = c.pixelShape(node.input(0));
        Slot table = rows(shape, TABLE_ROWS);
        tables.put(node.id(), table);
        c.launches()
                .each(
                        file(),
                        "given_statistics",
                        shape.padded(),
                        c.read(node.input(1)),
                        c.read(node.input(2)),
                        c.read(node.input(3)),
                        c.read(node.input(4)),
                        op.epsilon(),
                        table,
                        shape.channels());
        apply(node);
    }

    private void apply(Node node) {
        NormChains.Chain chain = chains.endingWith(node);
        if (chain != null) {
            apply(chain);
        }
    }

    /** Compiles the last node of a chain, which makes its result. A normalisation that stands alone is not one. */
    boolean finish(Node node) {
        NormChains.Chain chain = chains.endingWith(node);
        if (chain == null || chain.norm().equals(node)) {
            return false;
        }
        if (!chain.isOfRows(c)) {
            apply(chain);
        }
        return true;
    }

    private Slot table(NormChains.Chain chain) {
        Slot table = tables.get(chain.norm().id());
        if (table == null) {
            throw new IllegalStateException("the statistics of " + chain.norm() + " are read before they are made");
        }
        return table;
    }

    private void apply(NormChains.Chain chain) {
        c.launches().begin(chain.norm());
        Slot x = c.readPixels(chain.norm().input(0));
        PixelShape shape = c.pixelShape(chain.last().output(0));
        if (chain.pool() != null) {
            applyPool(chain, x, shape);
            return;
        }
        PixelBlocks blocks = PixelBlocks.of(shape, PixelBlocks.PIXELS);
        c.launches()
                .add(
                        file(),
                        "normalize_pixels",
                        blocks.grid(),
                        x,
                        table(chain),
                        c.makePixels(chain.last().output(0)),
                        chain.hasRelu() ? 1 : 0,
                        shape.groups(),
                        blocks.pixelsOfBlock(),
                        shape.pixels());
    }

    private void applyPool(NormChains.Chain chain, Slot x, PixelShape pooled) {
        Node dropout = chain.dropout();
        Slot mask = null;
        if (dropout != null) {
            mask = c.makeOpaque(dropout.output(1), pooled.allGroups());
            kept.put(chain.norm().id(), mask);
        }
        PixelBlocks blocks = PixelBlocks.of(pooled, POOLED_PIXELS);
        c.launches()
                .add(
                        file(),
                        "normalize_pool_pixels",
                        blocks.grid(),
                        x,
                        table(chain),
                        c.makePixels(chain.last().output(0)),
                        dropout == null ? null : c.read(dropout.input(1)),
                        c.key(),
                        chain.drop().stream(),
                        CounterRandom.threshold(chain.drop().rate()),
                        chain.dropFactor(),
                        mask,
                        pooled.channels(),
                        pooled.width(),
                        pooled.area(),
                        blocks.pixelsOfBlock(),
                        pooled.pixels());
    }

    /** From the gradient of the chain's result to those of the normalisation's inputs. */
    void gradient(Node node, BatchNorm.Gradient op) {
        NormChains.Chain chain = chains.ofGradient(node);
        Value from = chain == null ? null : chain.gradientFrom();
        if (chain == null || from == null) {
            throw new IllegalStateException("it is the gradient of no normalisation of this graph");
        }
        if (chain.isOfRows(c)) {
            rowNorms.gradient(node, op, chain, from);
            return;
        }
        PixelShape shape = c.pixelShape(node.input(0));
        Slot x = c.readPixels(node.input(0));
        Slot dy = c.readPixels(from);
        PixelBlocks blocks =
                PixelBlocks.of(c.pixelShape(from), chain.pool() == null ? PixelBlocks.PIXELS : POOLED_PIXELS);
        Slot partials = c.scratch(PartialStatistics.bytes(shape, blocks.count()));
        back(chain, "partial", blocks, x, dy, partials);
        Slot rest = rows(shape, REST_ROWS);
        c.launches()
                .add(
                        file(),
                        "merge_gradients",
                        blocks.merging(),
                        partials,
                        blocks.count(),
                        shape.pixels(),
                        c.read(node.input(2)),
                        c.read(node.input(4)),
                        op.epsilon(),
                        c.make(node.output(1)),
                        c.make(node.output(2)),
                        rest,
                        shape.channels());
        back(chain, "normalize", blocks, x, dy, rest, c.makePixels(node.output(0)));
    }

    /** A launch over the gradient of a chain's result. */
    private void back(NormChains.Chain chain, String what, PixelBlocks blocks, Slot x, Slot dy, Slot... others) {
        List<@Nullable Object> arguments = new ArrayList<>(List.of(x, dy));
        boolean hasPool = chain.pool() != null;
        if (hasPool) {
            arguments.add(kept.get(chain.norm().id()));
            arguments.add(chain.dropFactor());
        }
        arguments.add(table(chain));
        arguments.addAll(List.of(others));
        arguments.add(hasPool ? c.pixelShape(chain.last().output(0)).width() : chain.hasRelu() ? 1 : 0);
        arguments.addAll(List.of(blocks.groups(), blocks.pixelsOfBlock(), blocks.pixels()));
        String kernel = what + (hasPool ? "_pool" : "") + (what.equals("partial") ? "_gradients" : "_pixels_gradient");
        c.launches().add(file(), kernel, blocks.grid(), arguments.toArray());
    }
}
