package org.sparkmlext.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;

/** The files of a Parquet table, read without Spark column by column, several files at a time. */
final class ParquetParts {

    /** Takes one column of a row group. */
    interface ColumnSink {
        /**
         * @param part number of the file
         * @param firstRow number of the row group's first row in the whole table
         * @param rows of the row group
         */
        void take(int part, int firstRow, int rows, ColumnDescriptor column, ColumnReader cells);
    }

    private final Configuration configuration = new Configuration();
    private final List<Path> files = new ArrayList<>();
    private final int[] starts;
    private final MessageType schema;

    /** Finds the files and counts their rows. */
    ParquetParts(String directory) throws IOException {
        Path path = new Path(directory);
        for (FileStatus status : path.getFileSystem(configuration).listStatus(path)) {
            if (status.getPath().getName().endsWith(".parquet")) {
                files.add(status.getPath());
            }
        }
        if (files.isEmpty()) {
            throw new IOException(directory + " holds no Parquet file");
        }
        files.sort(Comparator.comparing(Path::getName));
        starts = new int[files.size() + 1];
        MessageType last = null;
        for (int i = 0; i < files.size(); i++) {
            try (ParquetFileReader reader = open(files.get(i))) {
                starts[i + 1] = Math.addExact(starts[i], Math.toIntExact(reader.getRecordCount()));
                last = reader.getFooter().getFileMetaData().getSchema();
            }
        }
        schema = Objects.requireNonNull(last);
    }

    /** Number of files. */
    int count() {
        return files.size();
    }

    /** Rows before this file; that of {@code count()} is the number of all rows. */
    int start(int part) {
        return starts[part];
    }

    int rows() {
        return starts[files.size()];
    }

    MessageType schema() {
        return schema;
    }

    /** Hands every column of every row group to the sink; the columns of one file come from one thread. */
    void read(int threads, ColumnSink sink) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                int part = i;
                parts.add(pool.submit(() -> {
                    readFile(part, sink);
                    return null;
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("cannot read " + files.get(0).getParent(), failed.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private void readFile(int part, ColumnSink sink) throws IOException {
        try (ParquetFileReader reader = open(files.get(part))) {
            int row = starts[part];
            PageReadStore pages;
            while ((pages = reader.readNextRowGroup()) != null) {
                int count = (int) pages.getRowCount();
                ColumnReadStoreImpl store = new ColumnReadStoreImpl(
                        pages,
                        new GroupRecordConverter(schema).getRootConverter(),
                        schema,
                        reader.getFooter().getFileMetaData().getCreatedBy());
                for (ColumnDescriptor column : schema.getColumns()) {
                    sink.take(part, row, count, column, store.getColumnReader(column));
                }
                row += count;
            }
        }
    }

    private ParquetFileReader open(Path file) throws IOException {
        return ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration));
    }
}
