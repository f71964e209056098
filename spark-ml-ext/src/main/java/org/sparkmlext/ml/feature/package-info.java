/**
 * Stages and readers that turn raw data into what models take: {@link org.sparkmlext.ml.feature.TableAssembler} columns of tables,
 * {@link org.sparkmlext.ml.feature.ImageAssembler} and {@link org.sparkmlext.ml.feature.ImageFolder} images,
 * {@link org.sparkmlext.ml.feature.SequenceAssembler} and {@link org.sparkmlext.ml.feature.TokenIndexer} sequences.
 */
@NullMarked
package org.sparkmlext.ml.feature;

import org.jspecify.annotations.NullMarked;
