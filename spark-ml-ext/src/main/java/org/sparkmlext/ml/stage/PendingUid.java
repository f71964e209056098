package org.sparkmlext.ml.stage;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The uid of the stage whose super constructor is running on this thread.
 *
 * <p>Spark's Scala constructors create their Params, which ask for {@code uid()}, before a Java subclass can set a field.
 * The uid is therefore left here before {@code super()} and taken after it. A stack, because constructing one stage may
 * construct another.
 */
final class PendingUid {

    private static final ThreadLocal<Deque<String>> PENDING = ThreadLocal.withInitial(ArrayDeque::new);

    private PendingUid() {}

    /** A value to hand to {@code this(...)}, so that the call runs before {@code super()}. */
    record Pushed(String uid) {}

    static Pushed push(String uid) {
        PENDING.get().push(uid);
        return new Pushed(uid);
    }

    static String peek() {
        String uid = PENDING.get().peek();
        if (uid == null) {
            throw new IllegalStateException("uid() was called outside the construction of a stage");
        }
        return uid;
    }

    static void pop() {
        Deque<String> pending = PENDING.get();
        pending.pop();
        if (pending.isEmpty()) {
            PENDING.remove();
        }
    }
}
