package org.sparkmlext.ml.stage;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlext.training.TrainingCallback;
import org.sparkmlext.training.TrainingListener;

/** The listeners of a trainable stage; immutable, so that copies of the stage may share it. */
record ListenerList(List<TrainingListener> listeners) {

    static final ListenerList NONE = new ListenerList(List.of());

    ListenerList {
        listeners = List.copyOf(listeners);
    }

    ListenerList with(TrainingListener listener) {
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.add(listener);
        return new ListenerList(all);
    }

    /** One listener that writes the log, then tells all of these. */
    TrainingListener chain(String uid) {
        List<TrainingListener> all = new ArrayList<>(List.of(new LoggingListener(uid)));
        all.addAll(listeners);
        ListenerChain chain = new ListenerChain(all);
        return listeners.stream().anyMatch(TrainingCallback.class::isInstance) ? new CallbackChain(chain) : chain;
    }
}
