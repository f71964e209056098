/** The first run of a new user: generated data, and train, evaluate, score in one go. */
@NullMarked
package org.sparkmlext.jobs.quickstart;

import org.jspecify.annotations.NullMarked;
