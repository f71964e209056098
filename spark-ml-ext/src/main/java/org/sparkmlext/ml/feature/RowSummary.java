package org.sparkmlext.ml.feature;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * What is kept of rows that are looked at once: the same for the same rows, whatever their order and partitioning.
 *
 * @param <S> the summary itself
 */
interface RowSummary<S extends RowSummary<S>> extends Serializable {

    void add(Row row);

    /** Adds what another summary, of the same kind, has seen. */
    void merge(S other);

    /**
     * One pass over a table: a summary a partition, merged in a tree so that neither the driver nor one executor holds all at once.
     *
     * @param empty a summary of no rows; left as it is
     */
    static <S extends RowSummary<S>> S of(Dataset<Row> rows, S empty) {
        // Bytes, because a user's choice of serializer need not know our classes.
        byte[] start = bytes(empty);
        byte[] all = rows.mapPartitions(
                        (MapPartitionsFunction<Row, byte[]>) partition ->
                                List.of(RowSummary.<S>summary(start, partition)).iterator(),
                        Encoders.BINARY())
                .toJavaRDD()
                .treeAggregate(start, RowSummary::<S>merged, RowSummary::<S>merged, 2);
        return read(all);
    }

    private static <S extends RowSummary<S>> byte[] summary(byte[] start, Iterator<Row> rows) {
        S summary = read(start);
        rows.forEachRemaining(summary::add);
        return bytes(summary);
    }

    private static <S extends RowSummary<S>> byte[] merged(byte[] a, byte[] b) {
        S summary = read(a);
        S other = read(b);
        summary.merge(other);
        return bytes(summary);
    }

    private static byte[] bytes(RowSummary<?> summary) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(summary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static <S> S read(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (S) in.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
