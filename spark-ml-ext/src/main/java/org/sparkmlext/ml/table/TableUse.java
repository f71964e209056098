package org.sparkmlext.ml.table;

/**
 * What a table is to be trained on for.
 *
 * @param features what the features of a row are
 * @param hasClasses whether labels are classes, which may be texts, rather than numbers
 * @param foretells whether targets lie in later rows, so that their values in this one are features too
 */
public record TableUse(FeatureKind features, boolean hasClasses, boolean foretells) {

    /** Rows of plain columns. */
    public static TableUse ofColumns(boolean hasClasses) {
        return new TableUse(FeatureKind.COLUMNS, hasClasses, false);
    }
}
