/**
 * Zeppelin notebooks ({@code .zpln}) run without Zeppelin: read, executed paragraph by paragraph in one session and one Scala
 * interpreter, shown as a page.
 */
@NullMarked
package org.sparkmlext.jobs.notebook;

import org.jspecify.annotations.NullMarked;
