/**
 * The command line: one main class, a subcommand a file. Start at {@link org.sparkmlext.jobs.Main}.
 *
 * <p>A subcommand reads its options (from the command line or a job file), and leaves tables to
 * {@code jobs.table}, fitting and model directories to {@code jobs.model}.
 */
@NullMarked
package org.sparkmlext.jobs;

import org.jspecify.annotations.NullMarked;
