package org.sparkmlext.kernels.graph;

/**
 * Time of one step of a program.
 *
 * @param what the op's name, or {@code reorder} where only the layout changes
 * @param detail what the back end has chosen for it, e.g. the name of a library's kernel
 * @param millis per run, mean
 */
public record StepTime(String layer, String what, String detail, double millis) {}
