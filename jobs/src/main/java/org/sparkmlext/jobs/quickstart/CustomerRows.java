package org.sparkmlext.jobs.quickstart;

import java.io.Serializable;
import java.util.SplittableRandom;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * An invented table of a telephone company's customers and whether they left within a quarter: numbers, texts, missing
 * values, effects that only show together, and noise no model can learn.
 *
 * <p>A row follows from (seed, customer number) alone, so that any partitioning and any machine writes the same table.
 */
public final class CustomerRows implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final long ROW_STRIDE = 0x9E3779B97F4A7C15L;

    private static final String[] CONTRACTS = {"monthly", "one year", "two years"};
    private static final String[] PAYMENTS = {"card", "direct debit", "invoice", "prepaid"};
    private static final String[] CHANNELS = {"shop", "web", "phone", "partner", "door to door"};
    private static final String[] DEVICES = {
        "Alder 3",
        "Alder 4",
        "Birch Mini",
        "Birch Max",
        "Cedar",
        "Cedar Pro",
        "Elm One",
        "Elm Two",
        "Fir",
        "none",
        "Oak",
        "Pine"
    };
    private static final int REGIONS = 40;

    private final long seed;

    public CustomerRows(long seed) {
        this.seed = seed;
    }

    /** Columns in order; the label is {@code left}, {@code yes} or {@code no}. */
    public static StructType schema() {
        return new StructType()
                .add("customer", DataTypes.LongType)
                .add("tenure_months", DataTypes.IntegerType)
                .add("age", DataTypes.IntegerType)
                .add("contract", DataTypes.StringType)
                .add("payment", DataTypes.StringType)
                .add("region", DataTypes.StringType)
                .add("channel", DataTypes.StringType)
                .add("device", DataTypes.StringType)
                .add("monthly_charge", DataTypes.DoubleType)
                .add("data_gb", DataTypes.DoubleType)
                .add("call_minutes", DataTypes.IntegerType)
                .add("support_calls", DataTypes.IntegerType)
                .add("days_since_support", DataTypes.IntegerType)
                .add("late_payments", DataTypes.IntegerType)
                .add("network_faults", DataTypes.IntegerType)
                .add("satisfaction", DataTypes.IntegerType)
                .add("left", DataTypes.StringType);
    }

    /** Customers {@code from} (inclusive) to {@code to} (exclusive). */
    public Dataset<Row> rows(SparkSession session, long from, long to, int partitions) {
        return session.range(from, to, 1, partitions).map((MapFunction<Long, Row>) this::row, Encoders.row(schema()));
    }

    /** The row of one customer. */
    public Row row(long customer) {
        SplittableRandom random = new SplittableRandom(mix(seed * ROW_STRIDE + customer));
        int tenure = (int) Math.min(120, Math.floor(exponential(random) * 28));
        int age = 18 + (int) (62 * random.nextDouble() * (0.55 + 0.45 * random.nextDouble()));
        int contract = pick(random, tenure > 24 ? 0.35 : 0.62, tenure > 24 ? 0.7 : 0.9);
        int payment = random.nextInt(PAYMENTS.length);
        int region = (int) (REGIONS * random.nextDouble() * random.nextDouble());
        int channel = pick(random, 0.35, 0.7, 0.82, 0.93);
        int device = random.nextInt(DEVICES.length);
        double gigabytes = exponential(random) * (age < 35 ? 14 : 6);
        double charge = 12 + 0.8 * Math.min(gigabytes, 40) + 9 * random.nextDouble() + (contract == 0 ? 6 : 0);
        int minutes = (int) (exponential(random) * (age > 50 ? 260 : 140));
        int faults = (int) Math.floor(exponential(random) * (regionEffect(region) > 0.6 ? 2.2 : 0.9));
        int support = (int) Math.floor(exponential(random) * (0.6 + 0.35 * faults));
        @Nullable Integer sinceSupport = support == 0 ? null : Integer.valueOf(random.nextInt(180));
        int late = payment == 2 ? (int) Math.floor(exponential(random) * 0.9) : random.nextInt(12) == 0 ? 1 : 0;
        boolean answered = random.nextDouble() < 0.4;
        double mood = 6.5 - 0.7 * faults - 0.5 * support + 1.3 * gaussian(random);
        double odds = logOdds(tenure, age, contract, charge, gigabytes, faults, support, sinceSupport, late)
                + 0.9 * regionEffect(region)
                + 0.5 * deviceEffect(device)
                + (channel == 4 ? 0.8 : channel == 3 && tenure < 12 ? 0.5 : 0)
                - 0.22 * (mood - 5)
                + (answered ? 0 : 0.25);
        boolean left = random.nextDouble() < 1 / (1 + StrictMath.exp(-odds));
        return RowFactory.create(
                customer,
                tenure,
                random.nextDouble() < 0.05 ? null : age,
                CONTRACTS[contract],
                PAYMENTS[payment],
                "R" + (region < 9 ? "0" : "") + (region + 1),
                CHANNELS[channel],
                random.nextDouble() < 0.08 ? null : DEVICES[device],
                Math.round(charge * 100) / 100.0,
                Math.round(gigabytes * 100) / 100.0,
                minutes,
                support,
                sinceSupport,
                late,
                faults,
                answered ? (int) Math.max(1, Math.min(10, Math.round(mood))) : null,
                left ? "yes" : "no");
    }

    /** What is not of one column alone: who pays too much for too little, and whom a fault drives to the telephone. */
    private static double logOdds(
            int tenure,
            int age,
            int contract,
            double charge,
            double gigabytes,
            int faults,
            int support,
            @Nullable Integer sinceSupport,
            int late) {
        double valueForMoney = charge / (4 + gigabytes);
        double odds = -2.1 - 0.018 * Math.min(tenure, 60) + (contract == 0 ? 1.1 : contract == 1 ? 0.2 : -0.9);
        odds += 0.45 * Math.min(valueForMoney, 5) * (contract == 0 ? 1 : 0.4);
        odds += age < 27 ? 0.45 : 0;
        odds += faults > 1 && support > 1 ? 1.0 : 0.12 * faults;
        odds += sinceSupport != null && sinceSupport < 21 ? 0.9 : 0;
        return odds + 0.5 * Math.min(late, 3) * (tenure < 18 ? 1.4 : 0.5);
    }

    private static double regionEffect(int region) {
        return gaussian(new SplittableRandom(mix(7001 + region))) * 0.6;
    }

    private static double deviceEffect(int device) {
        return gaussian(new SplittableRandom(mix(9001 + device))) * 0.7;
    }

    /** Index of the first limit above a uniform number. */
    private static int pick(SplittableRandom random, double... limits) {
        double u = random.nextDouble();
        int index = 0;
        while (index < limits.length && u >= limits[index]) {
            index++;
        }
        return index;
    }

    private static double exponential(SplittableRandom random) {
        return -StrictMath.log(1 - random.nextDouble());
    }

    /** Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
    private static double gaussian(SplittableRandom random) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }

    /** Finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). */
    private static long mix(long z) {
        long once = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long twice = (once ^ (once >>> 27)) * 0x94d049bb133111ebL;
        return twice ^ (twice >>> 31);
    }
}
