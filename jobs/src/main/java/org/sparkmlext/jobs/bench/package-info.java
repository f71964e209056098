/** What makes the published figures: data sets, one timed run a process, the driver that alternates the systems, folds. */
@NullMarked
package org.sparkmlext.jobs.bench;

import org.jspecify.annotations.NullMarked;
