/**
 * Stages and readers that turn raw data into what networks take: {@link org.sparkmlext.ml.feature.ImageAssembler} and
 * {@link org.sparkmlext.ml.feature.ImageFolder}.
 */
@NullMarked
package org.sparkmlext.ml.feature;

import org.jspecify.annotations.NullMarked;
