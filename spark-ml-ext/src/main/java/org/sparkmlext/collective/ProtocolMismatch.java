package org.sparkmlext.collective;

/** A peer sent what must not come. */
final class ProtocolMismatch extends Exception {
    private static final long serialVersionUID = 1L;

    private final int culprit;
    private final String reason;

    ProtocolMismatch(int culprit, String reason) {
        super(reason);
        this.culprit = culprit;
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    int culprit() {
        return culprit;
    }
}
