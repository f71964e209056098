/**
 * A back end for tests whose memory nobody can read but itself: off the heap and enciphered, each kind of resource a class
 * of its own. Code that trains on it has proven that it uses the kernel SPI only. Start at {@code SealedBackendProvider}.
 */
@NullMarked
package org.sparkmlext.kernels.sealed;

import org.jspecify.annotations.NullMarked;
