package org.sparkmlext.jobs.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.sparkmlext.collective.Collective;
import org.sparkmlext.collective.InProcessCollective;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;
import org.sparkmlext.kernels.GpuProducts;
import org.sparkmlext.kernels.KernelException;
import org.sparkmlext.kernels.graph.Precision;
import org.sparkmlext.net.NetworkGraphs;

/**
 * Steps of our engine without Spark, on a batch held in memory, with {@code ranks} threads that each have a part of the batch and
 * {@code threads} of the engine. Arguments: {@code system network batch ranks threads precision warm seconds}; {@code device}, the CPU
 * where none is given; {@code products}, see {@link GpuProducts}; with {@code profile=true} the time of each step of rank 0's program is
 * printed at the end.
 *
 * <p>Where the device cannot be used it or no library is there that {@code products} asks for, it prints {@link RunReport#SKIPPED} and why, and ends with {@value RunReport#SKIPPED_EXIT}.
 */
public final class OwnNetworkRun {

    private static final int PROFILED_RUNS = 20;
    private static final String NO_LIBRARY = "; products by own kernels";

    private OwnNetworkRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        try (Backend usable = open(arguments)) {
            System.out.println(usable.description());
            // Else the row would say so and be another one's figures.
            if (usable.description().contains(NO_LIBRARY)) {
                throw new KernelException("no library is there for products: " + usable.description());
            }
        } catch (KernelException unusable) {
            System.out.println(RunReport.SKIPPED + unusable.getMessage());
            System.exit(RunReport.SKIPPED_EXIT);
        }
        String network = arguments.text("network");
        int batch = arguments.number("batch");
        int ranks = arguments.number("ranks");
        if (batch % ranks != 0) {
            throw new IllegalArgumentException("batch is " + batch + ", which " + ranks + " ranks cannot share evenly");
        }
        RunReport report = new RunReport(arguments.text("system"), network);
        NetworkGraphs graphs = new NetworkGraphs(BenchNetworks.named(network));
        Precision precision = Precision.valueOf(arguments.text("precision").toUpperCase(Locale.ROOT));
        List<? extends Collective> group = ranks == 1 ? List.of(Collective.solo()) : InProcessCollective.group(ranks);
        ExecutorService others = Executors.newFixedThreadPool(Math.max(1, ranks - 1));
        try {
            List<Future<BareTraining>> made = IntStream.range(1, ranks)
                    .mapToObj(rank -> others.submit(
                            () -> new BareTraining(graphs, batch / ranks, open(arguments), precision, group.get(rank))))
                    .toList();
            try (BareTraining own = new BareTraining(graphs, batch / ranks, open(arguments), precision, group.get(0))) {
                List<BareTraining> theirs =
                        made.stream().map(OwnNetworkRun::get).toList();
                StepClock.measure(arguments, batch, report, () -> {
                    List<? extends Future<?>> running = theirs.stream()
                            .map(rank -> others.submit(rank::step))
                            .toList();
                    own.step();
                    running.forEach(OwnNetworkRun::get);
                });
                report.put("loss", (float) own.loss());
                if (Boolean.parseBoolean(arguments.text("profile", "false"))) {
                    System.out.print(own.profile(PROFILED_RUNS));
                }
                theirs.forEach(BareTraining::close);
            }
        } finally {
            others.shutdown();
        }
        report.finish();
    }

    private static Backend open(RunArguments arguments) {
        GpuProducts products = GpuProducts.of("products", arguments.text("products", GpuProducts.OWN.text()));
        BackendOptions options =
                BackendOptions.threads(arguments.number("threads")).withProducts(products);
        return Backends.open(arguments.text("device", "cpu"), options).backend();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stopped);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a rank failed: " + failed.getCause(), failed.getCause());
        }
    }
}
