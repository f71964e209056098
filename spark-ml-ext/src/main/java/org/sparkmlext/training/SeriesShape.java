package org.sparkmlext.training;

/**
 * The series that a shard's rows are windows over, or are each.
 *
 * @param longest steps of the longest row
 * @param number series of the shard, pieces of one counted each
 * @param holdTargets whether the targets of rows are values of the series, so that no row has a label of its own
 */
public record SeriesShape(int longest, long number, boolean holdTargets) {}
