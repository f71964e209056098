package org.sparkmlext.ml.neural;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlext.kernels.cpu.graph.NativeBytes;
import org.sparkmlext.testing.PatternImages;
import org.sparkmlext.training.ProgressReport;
import org.sparkmlext.training.TrainingCancelledException;
import org.sparkmlext.training.TrainingListener;

/**
 * Two threads fit and score 200 networks in one process (or so many as a second argument says), two different ones at once; then fits are
 * cancelled in the middle of an epoch. Prints by how much the process has grown since the first 50, and what native memory the library
 * counts.
 */
final class ManyFitsMain {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int STRETCH = 50;
    private static final int STRETCHES = 4;
    private static final long MEBI = 1L << 20;
    private static final int ROWS = 120;

    private final SparkSession spark;
    private final Dataset<Row> images;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    private ManyFitsMain(SparkSession spark) {
        this.spark = spark;
        this.images = PatternImages.table(spark, ROWS).cache();
    }

    public static void main(String[] args) throws Exception {
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.warehouse.dir", args[0])
                .config("spark.local.dir", args[0])
                .getOrCreate()) {
            ManyFitsMain main = new ManyFitsMain(spark);
            try {
                main.run(args.length > 1 ? Integer.parseInt(args[1]) / STRETCH : STRETCHES);
            } finally {
                main.threads.shutdownNow();
            }
        }
    }

    private void run(int stretches) throws Exception {
        describe(0);
        fit(STRETCH);
        describe(STRETCH);
        long resident = residentBytes();
        long own = resident - virtualMachineBytes();
        long counted = NativeBytes.inUse();
        for (int stretch = 1; stretch < stretches; stretch++) {
            fit(STRETCH);
            describe((stretch + 1) * STRETCH);
            System.out.println("after " + (stretch + 1) * STRETCH + " fits grown by " + (residentBytes() - resident)
                    + " bytes, without classes and compiled code by "
                    + (residentBytes() - virtualMachineBytes() - own) + " bytes, counted " + counted + " then "
                    + NativeBytes.inUse() + " bytes");
        }
        long before = NativeBytes.inUse();
        for (int i = 0; i < 3; i++) {
            System.out.println("cancelled with " + cancelled() + " bytes in use, left " + (NativeBytes.inUse() - before)
                    + " bytes");
        }
        fit(2);
        System.out.println("fitted again");
    }

    private static void describe(int fits) throws IOException {
        System.out.println(
                "at " + fits + " fits resident " + residentBytes() / MEBI + " MiB, classes and compiled code "
                        + virtualMachineBytes() / MEBI + " MiB, counted " + NativeBytes.inUse() / 1024 + " KiB, "
                        + ManagementFactory.getThreadMXBean().getThreadCount() + " threads");
    }

    private void fit(int times) throws InterruptedException, ExecutionException {
        List<Future<?>> fits = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            int number = i;
            fits.add(threads.submit(() -> fitAndScore(number)));
        }
        for (Future<?> fit : fits) {
            fit.get();
        }
    }

    /** Wide enough that a network whose memory is not given back leaves several megabytes. */
    private static CnnClassifier classifier(int number) {
        Network network = Network.image(PatternImages.SIZE, PatternImages.SIZE, 1)
                .conv2d(number % 2 == 0 ? 32 : 48, 3, "relu")
                .batchNorm()
                .flatten()
                .dense(16, "relu")
                .build();
        return new CnnClassifier()
                .setImageCol("image")
                .setNetwork(network)
                .setMaxEpochs(1)
                .setBatchSize(100)
                .setNumThreads(1)
                .setNumWorkers(1 + number % 3 / 2)
                .setSeed(number);
    }

    private void fitAndScore(int number) {
        long scored = classifier(number)
                .fit(images)
                .transform(images)
                .where("prediction >= 0")
                .count();
        if (scored != ROWS) {
            throw new IllegalStateException("fit " + number + " scored " + scored + " rows of " + ROWS);
        }
    }

    /** Cancels a fit in the middle of an epoch; the bytes that were in use then. */
    private long cancelled() throws InterruptedException {
        CountDownLatch hasProgressed = new CountDownLatch(1);
        TrainingListener listener = new TrainingListener() {
            @Override
            public void progressed(ProgressReport report) {
                if (report.rows() < report.totalRows()) {
                    hasProgressed.countDown();
                }
            }
        };
        Future<?> fit = threads.submit(() -> {
            spark.sparkContext().setJobGroup("to be cancelled", "many fits", false);
            try {
                return classifier(0)
                        .setBatchSize(1)
                        .setMaxEpochs(100_000)
                        .addListener(listener)
                        .fit(images);
            } finally {
                spark.sparkContext().clearJobGroup();
            }
        });
        if (!hasProgressed.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the fit to be cancelled does not get on");
        }
        long inUse = NativeBytes.inUse();
        spark.sparkContext().cancelJobGroup("to be cancelled");
        try {
            fit.get(10, TimeUnit.SECONDS);
            throw new IllegalStateException("a cancelled fit returned a model");
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TrainingCancelledException)) {
                throw new IllegalStateException("a cancelled fit failed otherwise", e);
            }
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("a cancelled fit goes on", e);
        }
        return inUse;
    }

    /** Classes and compiled code, which Spark goes on making for as long as it meets new plans. */
    private static long virtualMachineBytes() {
        return ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted();
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
