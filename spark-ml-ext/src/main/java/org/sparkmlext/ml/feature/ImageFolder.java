package org.sparkmlext.ml.feature;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Image files in one folder a class, as a DataFrame.
 *
 * <p>Columns: {@code path}, {@code content} (the whole file), {@code label} (double, the place of the class in the order of names),
 * {@code className} (the folder's name). The label's metadata names the classes, so {@code IndexToString} gives names back. Files lie
 * in the class folder or anywhere below it; those whose names do not end in one of {@link #SUFFIXES} and folders whose names begin
 * with {@code .} or {@code _} are not looked at. Files are read by Spark's {@code binaryFile} source when the DataFrame is.
 */
public final class ImageFolder {

    /** Ends of the names of image files, of any case. */
    public static final List<String> SUFFIXES = List.of("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "wbmp");

    private ImageFolder() {}

    /**
     * Reads a folder of class folders.
     *
     * @param path any path that Hadoop knows: local, HDFS, S3A
     * @throws IllegalArgumentException if it has no class folder, or one of them has no image file; names them
     * @throws IOException if the folder does not exist or cannot be listed
     */
    public static Dataset<Row> read(SparkSession session, String path) throws IOException {
        Path root = new Path(path);
        FileSystem files = root.getFileSystem(session.sparkContext().hadoopConfiguration());
        requireExists(files, root);
        List<Path> folders = classFolders(files, root);
        for (Path folder : folders) {
            requireImage(files, folder, "class ");
        }
        String[] names = folders.stream().map(Path::getName).toArray(String[]::new);
        String[] globs = folders.stream().map(ImageFolder::escaped).toArray(String[]::new);
        String parent = folders.get(0).getParent().toString();
        int prefix = parent.endsWith("/") ? parent.length() : parent.length() + 1;
        Column name = functions.substring_index(
                functions.col("path").substr(functions.lit(prefix + 1), functions.length(functions.col("path"))),
                "/",
                1);
        Column label = functions
                .array_position(
                        functions.array(Arrays.stream(names).map(functions::lit).toArray(Column[]::new)),
                        functions.col("className"))
                .minus(1)
                .cast(DataTypes.DoubleType);
        return images(session, globs)
                .withColumn("className", name)
                .select(
                        functions.col("path"),
                        functions.col("content"),
                        label.as(
                                "label",
                                NominalAttribute.defaultAttr()
                                        .withName("label")
                                        .withValues(names)
                                        .toMetadata()),
                        functions.col("className"));
    }

    /**
     * Reads all image files in a folder and below it, whatever folders they lie in.
     *
     * @param path any path that Hadoop knows: local, HDFS, S3A
     * @return columns {@code path} and {@code content}
     * @throws IllegalArgumentException if there is none
     * @throws IOException if the folder does not exist or cannot be listed
     */
    public static Dataset<Row> files(SparkSession session, String path) throws IOException {
        Path root = new Path(path);
        FileSystem files = root.getFileSystem(session.sparkContext().hadoopConfiguration());
        requireExists(files, root);
        requireImage(files, root, "");
        return images(session, escaped(files.makeQualified(root)))
                .select(functions.col("path"), functions.col("content"));
    }

    private static Dataset<Row> images(SparkSession session, String... globs) {
        return session.read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .option("pathGlobFilter", suffixGlob())
                .load(globs);
    }

    private static void requireExists(FileSystem files, Path root) throws IOException {
        if (!files.exists(root)) {
            throw new FileNotFoundException("folder " + files.makeQualified(root) + " does not exist");
        }
    }

    private static List<Path> classFolders(FileSystem files, Path root) throws IOException {
        List<Path> folders = Arrays.stream(files.listStatus(root))
                .filter(FileStatus::isDirectory)
                .map(FileStatus::getPath)
                .filter(folder -> !isHidden(folder.getName()))
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .toList();
        if (folders.isEmpty()) {
            throw new IllegalArgumentException("folder " + files.makeQualified(root)
                    + " has no folders in it; needed is one folder of image files for each class");
        }
        return folders;
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".") || name.startsWith("_");
    }

    private static void requireImage(FileSystem files, Path folder, String kind) throws IOException {
        RemoteIterator<LocatedFileStatus> all = files.listFiles(folder, true);
        while (all.hasNext()) {
            if (isImage(all.next().getPath().getName())) {
                return;
            }
        }
        throw new IllegalArgumentException(kind + "folder " + folder + " holds no image file ("
                + String.join(", ", SUFFIXES) + "); put at least one there, or take the folder away");
    }

    private static boolean isImage(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !isHidden(name) && SUFFIXES.stream().anyMatch(suffix -> lower.endsWith("." + suffix));
    }

    /** The glob of the suffixes in any case: {@code *.{[jJ][pP][gG],...}}. */
    private static String suffixGlob() {
        StringBuilder glob = new StringBuilder("*.{");
        for (String suffix : SUFFIXES) {
            glob.append(glob.length() > 3 ? "," : "");
            suffix.chars()
                    .forEach(c -> glob.append('[')
                            .append((char) c)
                            .append(Character.toUpperCase((char) c))
                            .append(']'));
        }
        return glob.append('}').toString();
    }

    /** A path that stands for itself where Spark looks for patterns. */
    private static String escaped(Path folder) {
        return folder.toString().replaceAll("([\\\\*?{}\\[\\]])", "\\\\$1");
    }
}
