package org.sparkmlext.ml.feature;

import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.sparkmlext.ml.stage.CheckedParams;

/** What becomes of a column of a table; {@code overrides} of {@link TableAssemblerParams} sets these for single columns. */
public interface TableColumnParams extends Params {

    String NONE = "none";
    String MEAN = "mean";
    String MEDIAN = "median";
    String CONSTANT = "constant";
    String STANDARD = "standard";
    String MINMAX = "minmax";
    String ROBUST = "robust";
    String ERROR = "error";
    String MISSING = "missing";
    String KEEP = "keep";
    String INDEX = "index";
    String ONEHOT = "onehot";
    String FREQUENCY = "frequency";
    String ALPHABETICAL = "alphabetical";

    default Param<String> imputing() {
        return CheckedParams.ofChoice(
                this,
                "imputing",
                "what stands for a missing number (null or NaN), also for the parts of a missing date; none = NaN, which trees take as it"
                        + " is, mean and median = that of the values there were in fit, constant = imputeValue",
                NONE,
                List.of(NONE, MEAN, MEDIAN, CONSTANT));
    }

    default String getImputing() {
        return getOrDefault(imputing());
    }

    default DoubleParam imputeValue() {
        return CheckedParams.ofDouble(
                this,
                "imputeValue",
                "what stands for a missing number where imputing is constant, in the column's unit",
                "a finite number",
                0.0,
                Double::isFinite);
    }

    default double getImputeValue() {
        return (double) getOrDefault(imputeValue());
    }

    default BooleanParam missingIndicator() {
        return new BooleanParam(
                this,
                "missingIndicator",
                "whether each column of numbers, dates or timestamps has a further feature, named x_missing, that is 1 where it is missing"
                        + " and 0 elsewhere (true or false; default false)");
    }

    default boolean getMissingIndicator() {
        return (boolean) getOrDefault(missingIndicator());
    }

    default Param<String> scaling() {
        return CheckedParams.ofChoice(
                this,
                "scaling",
                "how numbers, and parts of dates that are no sine or cosine, are brought to one size by the values there were in fit;"
                        + " standard = less the mean, over the standard deviation (of the population), minmax = from 0 to 1, robust ="
                        + " less the median, over the distance of the quartiles. Imputed values are scaled too; a constant becomes 0",
                NONE,
                List.of(NONE, STANDARD, MINMAX, ROBUST));
    }

    default String getScaling() {
        return getOrDefault(scaling());
    }

    default Param<String> invalidNumbers() {
        return CheckedParams.ofChoice(
                this,
                "invalidNumbers",
                "what an infinite number is, and a text of numericCols that is none; error = fail, missing = as if it were null",
                ERROR,
                List.of(ERROR, MISSING));
    }

    default String getInvalidNumbers() {
        return getOrDefault(invalidNumbers());
    }

    default Param<String> encoding() {
        return CheckedParams.ofChoice(
                this,
                "encoding",
                "what categories become; index = one feature, the category's number from 0 on, for trees, onehot = a feature a"
                        + " category that is 1 for it and else 0, for networks",
                INDEX,
                List.of(INDEX, ONEHOT));
    }

    default String getEncoding() {
        return getOrDefault(encoding());
    }

    default Param<String> categoryOrder() {
        return CheckedParams.ofChoice(
                this,
                "categoryOrder",
                "order of categories; frequency = the most frequent in fit first, ties by value, alphabetical = by value; values of"
                        + " number columns are ordered as numbers",
                FREQUENCY,
                List.of(FREQUENCY, ALPHABETICAL));
    }

    default String getCategoryOrder() {
        return getOrDefault(categoryOrder());
    }

    default IntParam minFrequency() {
        return CheckedParams.ofInt(
                this,
                "minFrequency",
                "rows that a value must have in fit to be a category of its own; rarer ones are the category (other)",
                ">= 1",
                1,
                v -> v >= 1);
    }

    default int getMinFrequency() {
        return (int) getOrDefault(minFrequency());
    }

    default IntParam maxCategories() {
        return CheckedParams.ofInt(
                this,
                "maxCategories",
                "the most frequent values that stay categories of their own, ties by value; the others are the category (other); 0 = all",
                ">= 0",
                0,
                v -> v >= 0);
    }

    default int getMaxCategories() {
        return (int) getOrDefault(maxCategories());
    }

    default Param<String> handleInvalid() {
        return CheckedParams.ofChoice(
                this,
                "handleInvalid",
                "what a null category and a value that fit did not see are; keep = the categories (missing) and (other), error = fail;"
                        + " with minFrequency or maxCategories set, unseen values are (other) all the same",
                KEEP,
                List.of(KEEP, ERROR));
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    default Param<String> dateParts() {
        return CheckedParams.ofText(
                this,
                "dateParts",
                "features of a date or timestamp, separated by commas: of year, month, day, weekday (1 = Monday), dayofyear, hour (of"
                        + " timestamps only) and epochdays (days since 1970-01-01) (text; default year,month,day,weekday,hour)");
    }

    default String getDateParts() {
        return getOrDefault(dateParts());
    }

    default BooleanParam cyclic() {
        return new BooleanParam(
                this,
                "cyclic",
                "whether the parts month, day, weekday, dayofyear and hour are two features each, sine and cosine of their angle in the"
                        + " year, month, week or day, so that December is beside January (true or false; default false)");
    }

    default boolean getCyclic() {
        return (boolean) getOrDefault(cyclic());
    }

    /** Called by the constructors of estimator and model. */
    static void setDefaults(TableColumnParams stage) {
        stage.setDefault(stage.imputing(), NONE);
        stage.setDefault(stage.imputeValue(), 0.0);
        stage.setDefault(stage.missingIndicator(), false);
        stage.setDefault(stage.scaling(), NONE);
        stage.setDefault(stage.invalidNumbers(), ERROR);
        stage.setDefault(stage.encoding(), INDEX);
        stage.setDefault(stage.categoryOrder(), FREQUENCY);
        stage.setDefault(stage.minFrequency(), 1);
        stage.setDefault(stage.maxCategories(), 0);
        stage.setDefault(stage.handleInvalid(), KEEP);
        stage.setDefault(stage.dateParts(), "year,month,day,weekday,hour");
        stage.setDefault(stage.cyclic(), false);
    }
}
