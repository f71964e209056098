/** What makes the published figures: data sets, one timed run a process, and the driver that alternates the systems. */
@NullMarked
package org.sparkmlext.jobs.bench;

import org.jspecify.annotations.NullMarked;
