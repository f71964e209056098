package org.sparkmlext.net.layer;

import java.util.List;
import org.sparkmlext.kernels.graph.Shape;
import org.sparkmlext.kernels.graph.Window2d;

/** Rows and columns of zeros around an image. In JSON {@code "valid"}, {@code "same"} or {@code [top, left, bottom, right]}. */
public sealed interface Padding {

    /** None. */
    Padding VALID = new Named("valid");

    /** As many as make {@code ceil(size / stride)} outputs; an odd one goes to bottom and right, as in Keras. */
    Padding SAME = new Named("same");

    /** {@link #VALID} or {@link #SAME}. */
    record Named(String name) implements Padding {
        public Named {
            if (!name.equals("valid") && !name.equals("same")) {
                throw new IllegalArgumentException(
                        "padding is '" + name + "'; allowed: 'valid', 'same' or [top, left, bottom, right]");
            }
        }
    }

    /** Given numbers. */
    record Explicit(int top, int left, int bottom, int right) implements Padding {
        public Explicit {
            if (top < 0 || left < 0 || bottom < 0 || right < 0) {
                throw new IllegalArgumentException("padding is [" + top + ", " + left + ", " + bottom + ", " + right
                        + "]; all four must be at least 0");
            }
        }
    }

    /** The same on all four sides. */
    static Padding of(int size) {
        return new Explicit(size, size, size, size);
    }

    /** The window with this padding, over images N x C x H x W. */
    default Window2d pad(Window2d window, Shape images) {
        if (this instanceof Explicit given) {
            return window.pad(given.top, given.left, given.bottom, given.right);
        }
        return equals(SAME) ? window.same(images.size(2), images.size(3)) : window;
    }

    /** Text or list, for JSON. */
    default Object json() {
        return this instanceof Explicit given
                ? List.of(given.top, given.left, given.bottom, given.right)
                : ((Named) this).name;
    }
}
