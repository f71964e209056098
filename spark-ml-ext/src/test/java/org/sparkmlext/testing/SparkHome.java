package org.sparkmlext.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Spark installation made of the jars that Maven resolved, for {@code local-cluster} and standalone masters. It lies
 * where the environment variable {@code SPARK_HOME} says, which the build sets for tests; executors start from there.
 *
 * <p>The project's own classes are left out: how they reach the executors is what tests are about.
 */
public final class SparkHome {

    private static final List<String> OWN = List.of("gpu-kernels", "spark-ml-ext", "jobs");

    private SparkHome() {}

    /** Fills {@code SPARK_HOME/jars}; does nothing if it is filled. Returns the installation's directory. */
    public static Path prepare() {
        String home = System.getenv("SPARK_HOME");
        if (home == null) {
            throw new IllegalStateException("SPARK_HOME is not set; executors are started from there. Run the tests by"
                    + " Maven, which sets it, or set it to an empty directory");
        }
        Path jars = Path.of(home, "jars");
        try {
            Files.createDirectories(jars);
            for (Path jar : classPath(path -> !isOwn(path) && Files.isRegularFile(path))) {
                link(jars.resolve(jar.getFileName()), jar);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the Spark home " + home + " cannot be filled", e);
        }
        return Path.of(home);
    }

    private static void link(Path link, Path jar) throws IOException {
        try {
            Files.createSymbolicLink(link, jar.toAbsolutePath());
        } catch (FileAlreadyExistsException filledBefore) {
            // Another test class was here first.
            return;
        }
    }

    /** Class path of the project's own classes and test classes, for {@code spark.executor.extraClassPath}. */
    public static String ownClassPath() {
        return classPath(SparkHome::isOwn).stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Packs the project's own classes and test classes into one jar, for {@code spark.jars}. */
    public static Path ownJar(Path target) {
        Set<String> written = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file)) {
            for (Path entry : classPath(SparkHome::isOwn)) {
                if (Files.isDirectory(entry)) {
                    add(jar, entry, written);
                } else {
                    // A module that was packaged before these tests stands on the class path as a jar.
                    try (FileSystem packed = FileSystems.newFileSystem(entry)) {
                        add(jar, packed.getPath("/"), written);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the jar " + target + " cannot be written", e);
        }
        return target;
    }

    private static void add(JarOutputStream jar, Path root, Set<String> written) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(root)) {
            files = tree.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = root.relativize(file)
                    .toString()
                    .replace(root.getFileSystem().getSeparator(), "/");
            // A jar's manifest would have to come first, and nobody needs it.
            if (!name.equals("META-INF/MANIFEST.MF") && written.add(name)) {
                jar.putNextEntry(new JarEntry(name));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
    }

    private static boolean isOwn(Path path) {
        if (Files.isDirectory(path)) {
            return true;
        }
        String name = path.getFileName().toString();
        return OWN.stream().anyMatch(own -> name.startsWith(own + "-"));
    }

    private static List<Path> classPath(Predicate<Path> wanted) {
        List<Path> paths = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.exists(path) && wanted.test(path)) {
                paths.add(path);
            }
        }
        return paths;
    }
}
