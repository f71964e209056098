/** Images changed at random while a network trains, each time in another way. Start at {@link org.sparkmlext.net.augmentation.Augmentation}. */
@NullMarked
package org.sparkmlext.net.augmentation;

import org.jspecify.annotations.NullMarked;
