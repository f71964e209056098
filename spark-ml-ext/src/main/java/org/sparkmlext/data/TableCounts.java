package org.sparkmlext.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a scan found in one partition, or, merged, in the whole table. Not thread-safe. */
public final class TableCounts implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int MOST_LENGTHS = 16;
    private static final int MOST_FAULTS_TOLD = 5;

    private record Place(RowFault fault, String column) implements Serializable {}

    private record Tally(long rows, String example) implements Serializable {}

    private long rows;
    private long trainingRows;
    private long validationRows;
    private long trainingOnes;
    private double trainingWeight;
    private long fingerprint;
    private final TreeMap<Integer, Long> rowsByLength = new TreeMap<>();
    private final Map<Place, Tally> faults = new LinkedHashMap<>();

    /** Rows looked at, whether good or not. */
    public long rows() {
        return rows;
    }

    /** Good rows to learn from. */
    public long trainingRows() {
        return trainingRows;
    }

    /** Good rows to watch. */
    public long validationRows() {
        return validationRows;
    }

    /** Features of the vectors or columns seen; 0 where no row was seen. */
    public int numFeatures() {
        return rowsByLength.isEmpty() ? 0 : rowsByLength.firstKey();
    }

    /** Hash of the blocks' contents and order; tells whether a partition that was read again gave the same rows. */
    public long fingerprint() {
        return fingerprint;
    }

    /** Sets the hash of the blocks' contents. */
    public void fingerprint(long hash) {
        fingerprint = hash;
    }

    void countRow() {
        rows++;
    }

    void countLength(int length) {
        if (rowsByLength.size() < MOST_LENGTHS || rowsByLength.containsKey(length)) {
            rowsByLength.merge(length, 1L, Long::sum);
        }
    }

    void countGood(boolean isValidation, float label, float weight) {
        if (isValidation) {
            validationRows++;
            return;
        }
        trainingRows++;
        trainingOnes += label == 1f ? 1 : 0;
        trainingWeight += weight;
    }

    void countFault(RowFault fault, String column, String example) {
        faults.merge(new Place(fault, column), new Tally(1, example), TableCounts::add);
    }

    private static Tally add(Tally a, Tally b) {
        return new Tally(a.rows + b.rows, a.example);
    }

    /** Adds another partition's counts to these. */
    public void merge(TableCounts other) {
        rows += other.rows;
        trainingRows += other.trainingRows;
        validationRows += other.validationRows;
        trainingOnes += other.trainingOnes;
        trainingWeight += other.trainingWeight;
        other.rowsByLength.forEach((length, count) -> rowsByLength.merge(length, count, Long::sum));
        other.faults.forEach((place, tally) -> faults.merge(place, tally, TableCounts::add));
    }

    /**
     * Why nobody can learn from this table: bad rows, no rows, a single class, no weight. Empty if all is well.
     *
     * @param columns the columns that were read
     */
    public Optional<String> problem(TableColumns columns) {
        if (rows == 0) {
            return Optional.of("the data set is empty: 0 rows; training needs at least one row");
        }
        List<String> problems = new ArrayList<>();
        if (rowsByLength.size() > 1) {
            problems.add(describeLengths(columns));
        } else if (numFeatures() == 0 && !rowsByLength.isEmpty()) {
            problems.add("vector column '" + columns.featuresCol() + "' holds vectors of length 0 in all " + rows
                    + " rows; at least one feature is needed");
        }
        faults.forEach(
                (place, tally) -> problems.add(place.fault.describe(place.column, tally.rows, rows, tally.example)));
        if (!problems.isEmpty()) {
            int told = Math.min(MOST_FAULTS_TOLD, problems.size());
            String rest = problems.size() > told ? " [and " + (problems.size() - told) + " more problems]" : "";
            return Optional.of(String.join(". Also: ", problems.subList(0, told)) + rest
                    + ". Correct or drop these rows before fit.");
        }
        return problemOfGoodRows(columns);
    }

    private Optional<String> problemOfGoodRows(TableColumns columns) {
        if (trainingRows == 0) {
            return Optional.of("no row is left to learn from: validation indicator column '"
                    + columns.validationIndicatorCol() + "' is true in all " + validationRows + " rows");
        }
        boolean isBinary = columns.labelKind() == TableColumns.LabelKind.BINARY;
        if (isBinary && (trainingOnes == 0 || trainingOnes == trainingRows)) {
            return Optional.of("label column '" + columns.labelCol() + "' holds only the class "
                    + (trainingOnes == 0 ? "0.0" : "1.0") + " in all " + trainingRows
                    + " training rows; a classifier needs rows of both classes 0 and 1");
        }
        if (columns.weightCol() != null && trainingWeight == 0) {
            return Optional.of("weight column '" + columns.weightCol() + "' is 0 in all " + trainingRows
                    + " training rows; at least one must be above 0");
        }
        return Optional.empty();
    }

    private String describeLengths(TableColumns columns) {
        StringBuilder text =
                new StringBuilder("vector column '" + columns.featuresCol() + "' holds vectors of lengths");
        String separator = " ";
        for (Map.Entry<Integer, Long> entry : rowsByLength.entrySet()) {
            text.append(separator)
                    .append(entry.getKey())
                    .append(" (")
                    .append(entry.getValue())
                    .append(" rows)");
            separator = ", ";
        }
        return text.append("; all vectors must have the same length").toString();
    }
}
