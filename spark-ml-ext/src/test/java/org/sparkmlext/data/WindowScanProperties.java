package org.sparkmlext.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** Windows over sorted events against windows that are cut out and judged one by one. */
class WindowScanProperties {

    private record Step(float[] values, boolean isFlagged, boolean isFilled) {}

    private static final StructType SCHEMA = new StructType()
            .add("e", DataTypes.StringType)
            .add("t", DataTypes.LongType)
            .add("v", DataTypes.BooleanType)
            .add("a", DataTypes.FloatType)
            .add("b", DataTypes.FloatType);

    private static SeriesTable series(SeriesRules.Gaps gaps) {
        Frequency frequency = gaps == SeriesRules.Gaps.ERROR ? null : Frequency.parse("1", TimeKind.NUMBER);
        return SeriesTable.of(
                SCHEMA,
                new SeriesColumns("e", "t", List.of("a", "b"), "v"),
                new SeriesRules(frequency, gaps, SeriesRules.Duplicates.ERROR, false),
                ZoneOffset.UTC);
    }

    private static WindowTable table(WindowPlan plan, SeriesRules.Gaps gaps, WindowTable.ShortSeries shortSeries) {
        return new WindowTable(series(gaps), plan, TableColumns.LabelKind.REALS, null, shortSeries);
    }

    private static InternalRow event(int entity, long time, Step step) {
        return new GenericInternalRow(
                new Object[] {UTF8String.fromString("e" + entity), time, step.isFlagged, step.values[0], step.values[1]
                });
    }

    private static List<Step> targets(WindowPlan plan, List<Step> steps, int first, int length) {
        int end = first + length + plan.horizon();
        return steps.subList(plan.horizon() == 0 ? end - 1 : first + length, end);
    }

    private static boolean hasFilledTarget(WindowPlan plan, List<Step> steps, int first, int length) {
        return targets(plan, steps, first, length).stream().anyMatch(Step::isFilled);
    }

    /** As it stands in {@link WindowTable}: whether it is for validation, or null where it is for neither. */
    private static Boolean part(WindowPlan plan, List<Step> steps, int first, int length) {
        List<Step> targets = targets(plan, steps, first, length);
        if (hasFilledTarget(plan, steps, first, length)) {
            return null;
        }
        if (steps.subList(first, first + length + plan.horizon()).stream().noneMatch(Step::isFlagged)) {
            return false;
        }
        return targets.stream().allMatch(Step::isFlagged) ? true : null;
    }

    private static String row(WindowPlan plan, List<Step> steps, int first, int length) {
        StringBuilder text = new StringBuilder();
        for (Step step : steps.subList(first, first + length)) {
            text.append(step.values[0]).append(' ');
        }
        for (Step step : targets(plan, steps, first, length)) {
            text.append("| ").append(step.values[1]).append(' ').append(step.values[0]);
        }
        return text.toString();
    }

    private static String row(SequenceFeatures features, int row) {
        float[] window = new float[features.length(row)];
        features.copyWindow(row, window, 0);
        float[] targets = new float[features.numTargets()];
        features.copyTargets(row, targets, 0);
        StringBuilder text = new StringBuilder();
        for (float value : window) {
            text.append(value).append(' ');
        }
        for (int t = 0; t < targets.length; t += 2) {
            text.append("| ").append(targets[t]).append(' ').append(targets[t + 1]);
        }
        return text.toString();
    }

    /** Rows of each part in order. */
    private static List<List<String>> read(BlockScan scan) {
        List<List<String>> parts = List.of(new ArrayList<>(), new ArrayList<>());
        scan.forEachRemaining(block -> {
            SequenceFeatures features = (SequenceFeatures) block.features();
            assertThat(block.numRows()).isEqualTo(features.numRows()).isLessThanOrEqualTo(TableBlock.MAX_ROWS);
            for (int r = 0; r < block.numRows(); r++) {
                parts.get(block.isValidation() ? 1 : 0).add(row(features, r));
            }
        });
        return parts;
    }

    @Property(tries = 300)
    void windowsAreForTrainingOrValidationAsTheirStepsSay(
            @ForAll @IntRange(min = 1, max = 5) int length,
            @ForAll @IntRange(min = 1, max = 9) int stride,
            @ForAll @IntRange(max = 3) int horizon,
            @ForAll @IntRange(min = 0, max = 6) int entities,
            @ForAll boolean hasGaps,
            @ForAll boolean pads,
            @ForAll long seed) {
        Random random = new Random(seed);
        WindowPlan plan = new WindowPlan(length, stride, horizon, 1, List.of(1, 0));
        List<InternalRow> events = new ArrayList<>();
        List<List<String>> expected = List.of(new ArrayList<>(), new ArrayList<>());
        long leftOut = 0;
        long withFilledTarget = 0;
        long tooShort = 0;
        for (int e = 0; e < entities; e++) {
            List<Step> steps = steps(random, hasGaps);
            for (int t = 0; t < steps.size(); t++) {
                if (!steps.get(t).isFilled) {
                    events.add(event(e, t, steps.get(t)));
                }
            }
            boolean isShort = steps.size() < plan.span();
            if (isShort && (!pads || steps.size() <= horizon)) {
                tooShort++;
                continue;
            }
            int windows = plan.numWindows(steps.size());
            for (int w = 0; w < windows; w++) {
                int steps1 = isShort ? steps.size() - horizon : length;
                Boolean isValidation = part(plan, steps, w * stride, steps1);
                if (isValidation == null) {
                    leftOut++;
                    withFilledTarget += hasFilledTarget(plan, steps, w * stride, steps1) ? 1 : 0;
                } else {
                    expected.get(isValidation ? 1 : 0).add(row(plan, steps, w * stride, steps1));
                }
            }
        }
        WindowTable table = table(
                plan,
                hasGaps ? SeriesRules.Gaps.FILL : SeriesRules.Gaps.ERROR,
                pads ? WindowTable.ShortSeries.PAD : WindowTable.ShortSeries.SKIP);
        BlockScan scan = table.read(table.series().read(events.iterator()));
        assertThat(read(scan)).isEqualTo(expected);
        TableCounts counts = scan.counts();
        assertThat(counts.trainingRows()).isEqualTo(expected.get(0).size());
        assertThat(counts.validationRows()).isEqualTo(expected.get(1).size());
        assertThat(counts.series().windowsLeftOut()).isEqualTo(leftOut);
        assertThat(counts.series().windowsWithFilledTarget()).isEqualTo(withFilledTarget);
        assertThat(counts.series().tooShort()).isEqualTo(tooShort);
        assertThat(counts.series().number()).isEqualTo(entities);
    }

    /** Steps of one entity: flags come in runs, and no gap is at either end. */
    private static List<Step> steps(Random random, boolean hasGaps) {
        int number = 1 + random.nextInt(25);
        List<Step> steps = new ArrayList<>();
        for (int t = 0; t < number; t++) {
            boolean isFilled = hasGaps && t > 0 && t < number - 1 && random.nextInt(5) == 0;
            Step before = t == 0 ? null : steps.get(t - 1);
            boolean isFlagged = before != null && (random.nextInt(4) > 0 ? before.isFlagged : random.nextBoolean());
            steps.add(
                    isFilled
                            ? new Step(before.values, before.isFlagged, true)
                            : new Step(new float[] {random.nextInt(1000), random.nextInt(1000)}, isFlagged, false));
        }
        return steps;
    }

    @Example
    void aLongSeriesIsReadInPiecesThatShareSteps() {
        for (int stride : new int[] {1, 3, 40}) {
            WindowPlan plan = new WindowPlan(20, stride, 2, 1, List.of(1, 0));
            List<Step> steps = new ArrayList<>();
            int number = 50_000 * Math.min(stride, 4);
            for (int t = 0; t < number; t++) {
                steps.add(new Step(new float[] {t, -t}, t >= number - 500, false));
            }
            WindowTable table = table(plan, SeriesRules.Gaps.ERROR, WindowTable.ShortSeries.ERROR);
            List<InternalRow> events = new ArrayList<>();
            for (int t = 0; t < number; t++) {
                events.add(event(0, t, steps.get(t)));
            }
            List<TableBlock> blocks = new ArrayList<>();
            BlockScan scan = table.read(table.series().read(events.iterator()));
            scan.forEachRemaining(blocks::add);
            float[] first = new float[20];
            int next = 0;
            for (TableBlock block :
                    blocks.stream().filter(b -> !b.isValidation()).toList()) {
                SequenceFeatures features = (SequenceFeatures) block.features();
                for (int r = 0; r < block.numRows(); r++, next++) {
                    features.copyWindow(r, first, 0);
                    assertThat(first[0]).isEqualTo(next * stride);
                    assertThat(first[19]).isEqualTo(next * stride + 19);
                }
            }
            int all = plan.numWindows(number);
            assertThat(next
                            + scan.counts().validationRows()
                            + scan.counts().series().windowsLeftOut())
                    .isEqualTo(all);
            assertThat(next).isEqualTo(plan.numWindows(number - 500));
            // Nothing twice but what pieces share.
            assertThat(scan.counts().storedValues()).isLessThan((long) (number * 2 * 1.02) + 200);
        }
    }

    @Example
    void withoutALengthASeriesIsOneWindow() {
        WindowPlan plan = new WindowPlan(0, 1, 0, 1, List.of(1, 0));
        WindowTable table = table(plan, SeriesRules.Gaps.ERROR, WindowTable.ShortSeries.ERROR);
        InternalRow[] events = {
            event(0, 0, false, 5),
            event(0, 1, false, 6),
            event(1, 0, false, 7),
            event(2, 0, false, 8),
            event(2, 9, true, 9)
        };
        BlockScan scan = table.read(table.series().read(List.of(events).iterator()));
        assertThat(read(scan))
                .isEqualTo(List.of(List.of("1.0 1.0 | 6.0 1.0", "1.0 | 7.0 1.0"), List.of("1.0 1.0 | 9.0 1.0")));
        assertThat(scan.counts().longest()).isEqualTo(2);
        assertThat(table.problem(scan.counts())).isEmpty();
    }

    private static String problem(WindowTable table, InternalRow... events) {
        BlockScan scan = table.read(table.series().read(List.of(events).iterator()));
        scan.forEachRemaining(block -> {});
        return table.problem(scan.counts()).orElse("none");
    }

    private static InternalRow event(int entity, long time, boolean isFlagged, float b) {
        return event(entity, time, new Step(new float[] {1, b}, isFlagged, false));
    }

    @Example
    void tablesThatNobodyCanLearnFromAreRefused() {
        WindowPlan plan = new WindowPlan(2, 1, 1, 1, List.of(1));
        WindowTable strict = table(plan, SeriesRules.Gaps.ERROR, WindowTable.ShortSeries.ERROR);
        assertThat(problem(strict)).contains("table of events is empty");
        assertThat(problem(strict, event(3, 4, false, 1), event(3, 6, false, 1)))
                .contains(
                        "series of entity 'e3' from 4 to 6 has 2 steps; a window needs 3, 2 of windowLength and 1 of horizon")
                .contains("Set shortSeries to skip or pad");
        assertThat(problem(strict, event(3, 4, false, 1), event(3, 4, false, 1)))
                .contains("more than one event of entity 'e3' at 4");
        assertThat(problem(strict, event(3, 4, false, Float.NaN))).contains("column 'b' is NaN");
        WindowTable skipping = table(plan, SeriesRules.Gaps.ERROR, WindowTable.ShortSeries.SKIP);
        assertThat(problem(skipping, event(3, 4, false, 1), event(3, 6, false, 1)))
                .contains("no series has the 3 steps that a window needs")
                .contains("there are 1 series, the longest of 2 steps");
        assertThat(problem(skipping, event(3, 4, true, 1), event(3, 6, false, 1), event(3, 7, true, 1)))
                .contains("no window is left to learn from: of 1 windows 1 are for validation")
                .contains("0 have steps that validation indicator column 'v' flags")
                .contains("0 have a target that was filled in");
        assertThat(problem(skipping, event(3, 4, false, 1), event(3, 6, false, 1), event(3, 7, false, 1)))
                .isEqualTo("none");
    }

    @Example
    void classesAreThoseOfTheLastSteps() {
        WindowTable table = new WindowTable(
                series(SeriesRules.Gaps.ERROR),
                new WindowPlan(2, 1, 0, 1, List.of(1)),
                TableColumns.LabelKind.CLASS_INDEX,
                null,
                WindowTable.ShortSeries.ERROR);
        InternalRow[] good = {event(0, 0, false, 9), event(0, 1, false, 0), event(0, 2, false, 1), event(0, 3, false, 1)
        };
        BlockScan scan = table.read(table.series().read(List.of(good).iterator()));
        SequenceFeatures features = (SequenceFeatures) scan.next().features();
        assertThat(scan.hasNext()).isFalse();
        float[] label = new float[1];
        features.copyTargets(0, label, 0);
        assertThat(label[0]).isZero();
        assertThat(features.numRows()).isEqualTo(3);
        assertThat(scan.counts().numClasses()).isEqualTo(2);
        assertThat(table.problem(scan.counts())).isEmpty();
        assertThat(problem(table, event(0, 0, false, 0), event(0, 1, false, 0.5f)))
                .contains(
                        "label column 'b' holds a value that is no class index in 1 of 1 rows (for example 0.5 of entity 'e0' at 1)");
        assertThat(problem(table, event(0, 0, false, 0), event(0, 1, false, 0), event(0, 2, false, 2)))
                .contains("no training row has class 1");
    }

    @Example
    void windowsWeighWhatTheirLastStepsDo() {
        WindowPlan plan = new WindowPlan(3, 2, 2, 1, List.of(1));
        StructType schema = new StructType()
                .add("e", DataTypes.StringType)
                .add("t", DataTypes.LongType)
                .add("w", DataTypes.FloatType)
                .add("a", DataTypes.FloatType)
                .add("b", DataTypes.FloatType);
        SeriesTable series = SeriesTable.of(
                schema,
                new SeriesColumns("e", "t", List.of("a", "b"), null, "w"),
                new SeriesRules(
                        Frequency.parse("1", TimeKind.NUMBER),
                        SeriesRules.Gaps.FILL,
                        SeriesRules.Duplicates.ERROR,
                        false),
                ZoneOffset.UTC);
        WindowTable table =
                new WindowTable(series, plan, TableColumns.LabelKind.REALS, null, WindowTable.ShortSeries.PAD);
        List<InternalRow> events = new ArrayList<>();
        // Long enough for several pieces; step 50,004 is filled in and weighs what the one before does.
        int steps = 100_001;
        for (int t = 0; t < steps; t++) {
            if (t != 50_004) {
                events.add(weighed(0, t, t % 1000));
            }
        }
        events.add(weighed(1, 0, 5000));
        events.add(weighed(1, 1, 6000));
        events.add(weighed(1, 2, 7000));
        BlockScan scan = table.read(table.series().read(events.iterator()));
        double sum = 0;
        int last = 2;
        for (TableBlock block = scan.next(); ; block = scan.next()) {
            float[] weights = block.weights();
            assertThat(weights).hasSize(block.numRows());
            // The rows of a slice bring their weights along.
            assertThat(block.slice(1, block.numRows()).weights()).hasSize(block.numRows() - 1);
            for (float weight : weights) {
                // Step 50,004 is filled in: a target of the window that ends with 50,002, the last step of another.
                last += last == 50_002 ? 2 : 0;
                int expected = last == 50_004 ? 50_003 % 1000 : last % 1000;
                assertThat(weight)
                        .as("the window that ends with %d", last)
                        .isEqualTo(last + 2 < steps ? expected : 5000);
                sum += weight;
                last += 2;
            }
            if (!scan.hasNext()) {
                break;
            }
        }
        assertThat(last).isGreaterThan(steps);
        assertThat(scan.counts().series().windowsWithFilledTarget()).isEqualTo(1);
        assertThat(table.columns().weightCol()).isEqualTo("w");
        assertThat(sum).isPositive();
        assertThat(problem(table, weighed(0, 0, 0), weighed(0, 1, 0), weighed(0, 2, 1), weighed(0, 3, 1)))
                .isEqualTo("weight column 'w' is 0 in all 1 training rows; at least one must be above 0");
        for (Float bad : new Float[] {null, Float.NaN, -1f, Float.POSITIVE_INFINITY}) {
            assertThat(problem(table, weighed(0, 0, 1), weighed(0, 1, bad)))
                    .contains("column 'w' (weightCol) is " + bad + " of entity 'e0' at 1; every event needs a weight");
        }
    }

    private static InternalRow weighed(int entity, long time, Number weight) {
        return new GenericInternalRow(new Object[] {
            UTF8String.fromString("e" + entity), time, weight == null ? null : weight.floatValue(), (float) time, 1f
        });
    }

    @Example
    void tablesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> table(WindowPlan.whole(1), SeriesRules.Gaps.ERROR, WindowTable.ShortSeries.ERROR))
                .hasMessageContaining("windows have targets");
        assertThatThrownBy(() -> table(
                        new WindowPlan(2, 1, 1, 1, List.of(2)), SeriesRules.Gaps.ERROR, WindowTable.ShortSeries.ERROR))
                .hasMessageContaining("series of 2 channels");
        assertThatThrownBy(() -> new WindowTable(
                        series(SeriesRules.Gaps.ERROR),
                        new WindowPlan(2, 1, 1, 1, List.of(1)),
                        TableColumns.LabelKind.CLASS_INDEX,
                        null,
                        WindowTable.ShortSeries.ERROR))
                .hasMessageContaining("horizon is 1 for classes");
    }
}
