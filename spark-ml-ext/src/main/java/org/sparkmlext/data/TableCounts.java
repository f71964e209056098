package org.sparkmlext.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a scan found in one partition, or, merged, in the whole table. Not thread-safe. */
public final class TableCounts implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int MOST_LENGTHS = 16;
    private static final int MOST_FAULTS_TOLD = 5;
    private static final int MOST_CLASSES_TOLD = 20;

    private record Place(RowFault fault, String column) implements Serializable {}

    private record Tally(long rows, String example) implements Serializable {}

    private long rows;
    private long trainingRows;
    private long validationRows;
    private long trainingOnes;
    private long trainingZeros;
    private double trainingWeight;
    private long storedValues;
    private long storedSeries;
    private int longest;
    private final SeriesCounts series = new SeriesCounts();
    private long fingerprint;
    private FeatureForm form = FeatureForm.COLUMNS;
    private final TreeMap<Integer, Long> rowsByLength = new TreeMap<>();
    private final TreeMap<ImageShape, Long> rowsByShape = new TreeMap<>();
    private final TreeMap<Integer, Long> rowsByMarginLength = new TreeMap<>();
    /** Classes among training rows and among validation rows, where labels are class indices. */
    private final BitSet trainingClasses = new BitSet();

    private final BitSet validationClasses = new BitSet();
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

    /** How features come. */
    public FeatureForm form() {
        return form;
    }

    /** Size of the images seen, where features are images; empty where no image was seen. */
    public Optional<ImageShape> imageShape() {
        return rowsByShape.isEmpty() ? Optional.empty() : Optional.of(rowsByShape.firstKey());
    }

    /** One more than the largest class index among all good rows; 0 where labels are no class indices. */
    public int numClasses() {
        return Math.max(trainingClasses.length(), validationClasses.length());
    }

    /** Base margins, or numbers of a label of several, a row; 0 where the table has neither. */
    public int numMargins() {
        return rowsByMarginLength.isEmpty() ? 0 : rowsByMarginLength.firstKey();
    }

    /** Steps of the longest sequence; 0 where rows are no sequences. */
    public int longest() {
        return longest;
    }

    /** What was found in events; nothing where rows are no windows over series. */
    public SeriesCounts series() {
        return series;
    }

    /** Values of features that the blocks of good rows hold, training and validation: all cells of a dense block. */
    public long storedValues() {
        return storedValues;
    }

    /** Series that the blocks of good rows hold, pieces of one counted each; 0 where rows are no sequences. */
    public long storedSeries() {
        return storedSeries;
    }

    /** Hash of the blocks' contents and order; tells whether a partition that was read again gave the same rows. */
    public long fingerprint() {
        return fingerprint;
    }

    /** Sets the hash of the blocks' contents. */
    public void fingerprint(long hash) {
        fingerprint = hash;
    }

    void countRows(long number) {
        rows += number;
    }

    void countLength(int length) {
        countIn(rowsByLength, length, 1);
    }

    void countSteps(int steps) {
        longest = Math.max(longest, steps);
    }

    void form(FeatureForm readForm) {
        form = readForm;
    }

    /** Counts an image; whether it is of the size of all before. */
    boolean countShape(ImageShape shape) {
        countIn(rowsByShape, shape, 1);
        return rowsByShape.size() == 1;
    }

    void countMarginLength(int length, long number) {
        countIn(rowsByMarginLength, length, number);
    }

    private static <K> void countIn(TreeMap<K, Long> rowsBySize, K size, long number) {
        if (rowsBySize.size() < MOST_LENGTHS || rowsBySize.containsKey(size)) {
            rowsBySize.merge(size, number, Long::sum);
        }
    }

    void countClass(boolean isValidation, int index) {
        (isValidation ? validationClasses : trainingClasses).set(index);
    }

    void countGood(boolean isValidation, float label, float weight) {
        if (isValidation) {
            validationRows++;
            return;
        }
        trainingRows++;
        trainingOnes += label == 1f ? 1 : 0;
        trainingZeros += label == 0f ? 1 : 0;
        trainingWeight += weight;
    }

    /** @param weight of all of them together */
    void countWindows(boolean isValidation, int windows, double weight) {
        rows += windows;
        if (isValidation) {
            validationRows += windows;
        } else {
            trainingRows += windows;
            trainingWeight += weight;
        }
    }

    void countStored(FeatureBlock features) {
        storedValues += features.numStored();
        storedSeries += features instanceof SequenceFeatures sequences ? sequences.numSeries() : 0;
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
        trainingZeros += other.trainingZeros;
        trainingWeight += other.trainingWeight;
        storedValues += other.storedValues;
        storedSeries += other.storedSeries;
        longest = Math.max(longest, other.longest);
        series.merge(other.series);
        other.rowsByLength.forEach((length, count) -> rowsByLength.merge(length, count, Long::sum));
        other.rowsByShape.forEach((shape, count) -> rowsByShape.merge(shape, count, Long::sum));
        form = other.form;
        other.rowsByMarginLength.forEach((length, count) -> rowsByMarginLength.merge(length, count, Long::sum));
        trainingClasses.or(other.trainingClasses);
        validationClasses.or(other.validationClasses);
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
        problemOfSizes(columns).ifPresent(problems::add);
        faults.forEach(
                (place, tally) -> problems.add(place.fault.describe(place.column, tally.rows, rows, tally.example)));
        boolean hasTargets = columns.labelKind() == TableColumns.LabelKind.REALS;
        if (hasTargets) {
            problemOfTargets(columns).ifPresent(problems::add);
        }
        int margins = columns.numOutputs() == 0 ? numClasses() : columns.numOutputs();
        if (!hasTargets && margins > 0 && rowsByMarginLength.keySet().stream().anyMatch(length -> length != margins)) {
            problems.add("base margin column '" + columns.baseMarginCol() + "' holds base margins of lengths "
                    + describe(rowsByMarginLength) + "; needed is one for each of the " + margins
                    + (columns.numOutputs() == 0 ? " classes" : " outputs") + " in every row");
        }
        if (!problems.isEmpty()) {
            int told = Math.min(MOST_FAULTS_TOLD, problems.size());
            String rest = problems.size() > told ? " [and " + (problems.size() - told) + " more problems]" : "";
            return Optional.of(String.join(". Also: ", problems.subList(0, told)) + rest
                    + ". Correct or drop these rows before fit.");
        }
        return problemOfGoodRows(columns);
    }

    private Optional<String> problemOfTargets(TableColumns columns) {
        int needed = columns.numOutputs() == 0 ? numMargins() : columns.numOutputs();
        if (rowsByMarginLength.isEmpty()
                || (needed > 0 && rowsByMarginLength.keySet().equals(Set.of(needed)))) {
            return Optional.empty();
        }
        return Optional.of("label column '" + columns.labelCol() + "' holds labels of lengths "
                + describe(rowsByMarginLength) + "; needed is one number for each "
                + (columns.numOutputs() == 0
                        ? "target, at least 1 and as many in every row"
                        : "of the " + needed + " outputs of the network in every row"));
    }

    private Optional<String> problemOfSizes(TableColumns columns) {
        String holds = form.column() + " '" + columns.featuresCol() + "' holds " + form.noun() + "s of ";
        if (rowsByShape.size() > 1) {
            return Optional.of(holds + "sizes " + describe(rowsByShape) + ", height x width x channels; all images must"
                    + " have the same size: bring them to one with ImageAssembler");
        }
        if (rowsByLength.size() > 1 && form.hasSteps()) {
            return Optional.of(
                    holds + "steps of " + describe(rowsByLength) + " features; all steps must have the same features");
        }
        if (rowsByLength.size() > 1) {
            return Optional.of(holds + "lengths " + describe(rowsByLength) + "; all " + form.noun()
                    + "s must have the same length");
        }
        if (numFeatures() == 0 && !rowsByLength.isEmpty()) {
            return Optional.of(holds + "length 0 in all " + rows + " rows; at least one feature is needed");
        }
        return Optional.empty();
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
        if (columns.labelKind() == TableColumns.LabelKind.CLASS_INDEX) {
            Optional<String> problem = problemOfClasses(columns);
            if (problem.isPresent()) {
                return problem;
            }
        }
        if (columns.labelKind() == TableColumns.LabelKind.NON_NEGATIVE && trainingZeros == trainingRows) {
            return Optional.of("label column '" + columns.labelCol() + "' is 0 in all " + trainingRows
                    + " training rows; this objective needs at least one label above 0");
        }
        if (columns.weightCol() != null && trainingWeight == 0) {
            return Optional.of("weight column '" + columns.weightCol() + "' is 0 in all " + trainingRows
                    + " training rows; at least one must be above 0");
        }
        return Optional.empty();
    }

    /** Classes that no training row holds, although there are higher ones. */
    private Optional<String> problemOfClasses(TableColumns columns) {
        BitSet missing = new BitSet();
        missing.set(0, Math.max(2, numClasses()));
        missing.andNot(trainingClasses);
        if (missing.isEmpty()) {
            return problemOfDeclaredClasses(columns);
        }
        if (numClasses() == 1) {
            return Optional.of("label column '" + columns.labelCol() + "' holds only the class 0 in all " + trainingRows
                    + " training rows; a classifier needs rows of at least two classes");
        }
        String told = missing.stream()
                .limit(MOST_CLASSES_TOLD)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        int untold = missing.cardinality() - MOST_CLASSES_TOLD;
        return Optional.of("label column '" + columns.labelCol() + "' holds labels up to " + (numClasses() - 1)
                + ", but no training row has class " + told + (untold > 0 ? " [and " + untold + " more]" : "")
                + "; training rows of every class from 0 to the largest are needed: number the classes without gaps (for"
                + " example with StringIndexer)");
    }

    private Optional<String> problemOfDeclaredClasses(TableColumns columns) {
        TableColumns.DeclaredClasses declared = columns.declaredClasses();
        if (declared == null || declared.number() == numClasses()) {
            return Optional.empty();
        }
        return Optional.of("label column '" + columns.labelCol() + "' holds the " + numClasses() + " classes from 0 to "
                + (numClasses() - 1) + ", but " + declared.source() + "; needed is one a class");
    }

    private static String describe(TreeMap<?, Long> rowsBySize) {
        return rowsBySize.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue() + " rows)")
                .collect(Collectors.joining(", "));
    }
}
