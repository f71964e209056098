package org.sparkmlext.yarn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * HDFS with two data nodes, and YARN with one node manager where it is asked for: the services of a cluster in this JVM, behind their
 * own ports. What YARN runs are processes of their own.
 */
final class HadoopCluster implements AutoCloseable {
    private static final String QUEUE = "yarn.scheduler.capacity.root.default.";

    private final Path folder;
    private final MiniDFSCluster hdfs;
    private MiniYARNCluster yarn;

    private HadoopCluster(Path folder, MiniDFSCluster hdfs) {
        this.folder = folder;
        this.hdfs = hdfs;
    }

    /** @param folder where everything of it lies */
    static HadoopCluster start(Path folder) throws IOException {
        Configuration configuration = new Configuration();
        MiniDFSCluster hdfs = new MiniDFSCluster.Builder(
                        configuration, folder.resolve("hdfs").toFile())
                .numDataNodes(2)
                .build();
        hdfs.waitActive();
        return new HadoopCluster(folder, hdfs);
    }

    /** As {@code fs.defaultFS} has it. */
    String uri() {
        return hdfs.getURI().toString();
    }

    FileSystem files() throws IOException {
        return hdfs.getFileSystem();
    }

    /** A client of its own, as another process has it. */
    FileSystem otherClient() throws IOException {
        return FileSystem.newInstance(URI.create(uri()), new Configuration());
    }

    void write(String path, String text) throws IOException {
        try (OutputStream out = files().create(new org.apache.hadoop.fs.Path(path))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    byte[] read(String path) throws IOException {
        try (InputStream in = files().open(new org.apache.hadoop.fs.Path(path))) {
            return in.readAllBytes();
        }
    }

    /** Starts YARN. */
    void startYarn() {
        // Its web pages tell of each of their classes.
        Logger.getLogger("").setLevel(Level.WARNING);
        Configuration configuration = new YarnConfiguration();
        configuration.set("fs.defaultFS", uri());
        configuration.set("yarn.scheduler.capacity.root.queues", "default");
        configuration.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1.0");
        configuration.set(QUEUE + "capacity", "100");
        configuration.set(QUEUE + "maximum-capacity", "100");
        configuration.set(QUEUE + "state", "RUNNING");
        configuration.set(QUEUE + "acl_submit_applications", "*");
        configuration.set(QUEUE + "acl_administer_queue", "*");
        configuration.set("yarn.scheduler.minimum-allocation-mb", "128");
        configuration.set("yarn.minicluster.yarn.nodemanager.resource.memory-mb", "6144");
        // What waits for a heartbeat waits a tenth of a second instead of one.
        configuration.set("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", "100");
        // Looks at what its containers take, as a cluster's do, but not at addresses, of which a JVM reserves many.
        configuration.set("yarn.nodemanager.pmem-check-enabled", "true");
        configuration.set("yarn.nodemanager.vmem-check-enabled", "false");
        configuration.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
        // Containers' directories stay, so that a test can look into them.
        configuration.set("yarn.nodemanager.delete.debug-delay-sec", "3600");
        yarn = new MiniYARNCluster("cluster", 1, 1, 1);
        yarn.init(configuration);
        yarn.start();
    }

    /** The directory that {@code HADOOP_CONF_DIR} names: written for clients of this cluster. */
    Path configurationDirectory() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("conf"));
        Configuration core = new Configuration(false);
        core.set("fs.defaultFS", uri());
        try (OutputStream out = Files.newOutputStream(directory.resolve("core-site.xml"))) {
            core.writeXml(out);
        }
        try (OutputStream out = Files.newOutputStream(directory.resolve("yarn-site.xml"))) {
            yarn.getConfig().writeXml(out);
        }
        return directory;
    }

    /** Where containers work and log. */
    Path containers() {
        return yarn.getTestWorkDir().toPath();
    }

    @Override
    public void close() {
        if (yarn != null) {
            yarn.stop();
        }
        hdfs.shutdown();
    }
}
