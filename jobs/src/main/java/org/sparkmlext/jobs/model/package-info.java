/**
 * Fitting with live progress, and model directories that are either whole or absent. Start at
 * {@link org.sparkmlext.jobs.model.Training}.
 */
@NullMarked
package org.sparkmlext.jobs.model;

import org.jspecify.annotations.NullMarked;
