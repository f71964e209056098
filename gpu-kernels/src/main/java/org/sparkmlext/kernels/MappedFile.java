package org.sparkmlext.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scratch memory in a file of fixed length on a local disk: written through a channel, read through mappings.
 *
 * <p>Nothing is written through a mapping: on a full disk the kernel would end the JVM with SIGBUS, where a channel throws an
 * {@link IOException}. What was written is seen through mappings made before or after, since both are the same pages of the
 * operating system's cache.
 *
 * <p>Where the file system has the names of POSIX the file has no name any more when {@link #create} returns, so that nothing is
 * left behind however the process ends. Elsewhere it is deleted when it is closed.
 *
 * <p>Writing and mapping may be done by several threads. Closing must not: a mapping that is read after it was closed ends the
 * JVM.
 */
public final class MappedFile implements AutoCloseable {

    private static final @Nullable Unmapper UNMAPPER = Unmapper.find();

    private final Path directory;
    private final @Nullable Path pathToDelete;
    private final FileChannel channel;
    private final long length;
    private final List<MappedByteBuffer> mappings = new ArrayList<>();

    private MappedFile(Path directory, @Nullable Path pathToDelete, FileChannel channel, long length) {
        this.directory = directory;
        this.pathToDelete = pathToDelete;
        this.channel = channel;
        this.length = length;
    }

    /**
     * Makes a file.
     *
     * @param name how the file's name begins, while it has one
     * @param length bytes the file will have; none is written yet
     * @throws IOException if the directory cannot be written to or has fewer bytes free; the message has both numbers
     */
    public static MappedFile create(Path directory, String name, long length) throws IOException {
        requireSpace(directory, length);
        Path path;
        try {
            path = Files.createTempFile(directory, name, ".mapped");
        } catch (IOException e) {
            throw new IOException("no file can be made in " + directory + ": " + e, e);
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw new IOException("the new file " + path + " cannot be opened: " + e, e);
        }
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try {
                Files.delete(path);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            return new MappedFile(directory, null, channel, length);
        }
        path.toFile().deleteOnExit();
        return new MappedFile(directory, path, channel, length);
    }

    /**
     * Checks the free space of a directory, of which others may take their part at any time.
     *
     * @throws IOException if fewer than {@code bytes} bytes are free; the message has both numbers
     */
    public static void requireSpace(Path directory, long bytes) throws IOException {
        long free = freeBytes(directory);
        if (free < bytes) {
            throw new IOException(bytes + " bytes are needed in " + directory + ", but " + free + " are free there");
        }
    }

    /** Bytes that this process may still write to the directory's disk. */
    public static long freeBytes(Path directory) throws IOException {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw new IOException("the free space of " + directory + " cannot be told: " + e, e);
        }
    }

    /**
     * Writes all remaining bytes of a buffer.
     *
     * @throws IOException if the disk is full or fails; the message has the numbers
     */
    public void write(long position, ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (position < 0 || position + count > length) {
            throw new IndexOutOfBoundsException(
                    count + " bytes at " + position + " do not fit into a file of " + length + " bytes");
        }
        long at = position;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw new IOException(
                    "writing " + count + " bytes of a file of " + length + " bytes in " + directory + " failed, where "
                            + freeBytes(directory) + " bytes are free: " + e,
                    e);
        }
    }

    /**
     * A part of the file, at most 2^31 - 1 bytes, read only. Bytes nobody has written are 0. The buffer is dead once the file is
     * closed.
     */
    public synchronized ByteBuffer map(long position, long size) throws IOException {
        try {
            // Mapping makes the file longer where needed, by a hole that takes no room.
            MappedByteBuffer mapping = channel.map(FileChannel.MapMode.READ_ONLY, position, size);
            mappings.add(mapping);
            return mapping;
        } catch (IOException e) {
            throw new IOException(
                    "mapping " + size + " bytes of a file of " + length + " bytes in " + directory + " failed: " + e
                            + ". A process may have a limited number of mappings (vm.max_map_count).",
                    e);
        }
    }

    /** Gives the file's handle back: there will be no more writes and mappings. Those that are there stay. */
    public void seal() throws IOException {
        channel.close();
    }

    /**
     * Unmaps everything and lets go of the file's room on the disk. Where a JVM has no way to unmap, that happens when the garbage
     * collector finds the mappings.
     */
    @Override
    public synchronized void close() {
        if (UNMAPPER != null) {
            mappings.forEach(UNMAPPER::unmap);
        }
        mappings.clear();
        try {
            channel.close();
            if (pathToDelete != null) {
                Files.deleteIfExists(pathToDelete);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a scratch file in " + directory + " cannot be closed", e);
        }
    }

    @Override
    public String toString() {
        return "MappedFile[" + length + " bytes in " + directory + "]";
    }

    /**
     * The one supported way of Java 17 to unmap: {@code sun.misc.Unsafe.invokeCleaner} of the module {@code jdk.unsupported}, which
     * is open to reflection. By name, since the compiler warns of the class wherever it stands.
     */
    private record Unmapper(Object unsafe, Method invokeCleaner) {

        static @Nullable Unmapper find() {
            try {
                Class<?> type = Class.forName("sun.misc.Unsafe");
                Field instance = type.getDeclaredField("theUnsafe");
                instance.setAccessible(true);
                Object unsafe = instance.get(null);
                return unsafe == null ? null : new Unmapper(unsafe, type.getMethod("invokeCleaner", ByteBuffer.class));
            } catch (ReflectiveOperationException | RuntimeException e) {
                // A JVM without it unmaps when it collects: see close().
                return null;
            }
        }

        void unmap(MappedByteBuffer mapping) {
            try {
                invokeCleaner.invoke(unsafe, mapping);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("a file cannot be unmapped", e);
            }
        }
    }
}
