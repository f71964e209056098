/** Pictures as SVG text: the drawing that learning curves and forecasts share. */
@NullMarked
package org.sparkmlext.ml.picture;

import org.jspecify.annotations.NullMarked;
