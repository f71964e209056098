package org.sparkmlext.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

/**
 * A Parquet table of float columns read without Spark, several files at a time.
 *
 * @param rows number of rows
 * @param columns features a row
 * @param values row-major
 * @param labels column {@code label}
 */
record FloatTable(int rows, int columns, float[] values, float[] labels) {
    private static final String LABEL = "label";

    static FloatTable read(String directory, int threads) throws Exception {
        Configuration configuration = new Configuration();
        List<Path> files = files(directory, configuration);
        int[] starts = new int[files.size() + 1];
        int columns = 0;
        for (int i = 0; i < files.size(); i++) {
            try (ParquetFileReader reader =
                    ParquetFileReader.open(HadoopInputFile.fromPath(files.get(i), configuration))) {
                starts[i + 1] = starts[i] + (int) reader.getRecordCount();
                columns = reader.getFooter().getFileMetaData().getSchema().getFieldCount() - 1;
            }
        }
        int rows = starts[files.size()];
        FloatTable table =
                new FloatTable(rows, columns, new float[Math.multiplyExact(rows, columns)], new float[rows]);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                Path file = files.get(i);
                int start = starts[i];
                parts.add(pool.submit(() -> {
                    table.fill(file, configuration, start);
                    return null;
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("cannot read " + directory, failed.getCause());
        } finally {
            pool.shutdownNow();
        }
        return table;
    }

    private static List<Path> files(String directory, Configuration configuration) throws IOException {
        Path path = new Path(directory);
        List<Path> files = new ArrayList<>();
        for (FileStatus status : path.getFileSystem(configuration).listStatus(path)) {
            if (status.getPath().getName().endsWith(".parquet")) {
                files.add(status.getPath());
            }
        }
        files.sort(Comparator.comparing(Path::getName));
        return files;
    }

    private void fill(Path file, Configuration configuration, int start) throws IOException {
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            int row = start;
            PageReadStore pages;
            while ((pages = reader.readNextRowGroup()) != null) {
                int count = (int) pages.getRowCount();
                ColumnReadStoreImpl store = new ColumnReadStoreImpl(
                        pages,
                        new GroupRecordConverter(schema).getRootConverter(),
                        schema,
                        reader.getFooter().getFileMetaData().getCreatedBy());
                for (ColumnDescriptor column : schema.getColumns()) {
                    String name = column.getPath()[0];
                    ColumnReader cells = store.getColumnReader(column);
                    int index = schema.getFieldIndex(name);
                    for (int i = 0; i < count; i++, cells.consume()) {
                        if (name.equals(LABEL)) {
                            labels[row + i] = cells.getFloat();
                        } else {
                            values[(row + i) * columns + index] = cells.getFloat();
                        }
                    }
                }
                row += count;
            }
        }
    }
}
