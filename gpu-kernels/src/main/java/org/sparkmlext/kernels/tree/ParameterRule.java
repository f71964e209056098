package org.sparkmlext.kernels.tree;

/** What the parameter of a loss or metric may be. */
enum ParameterRule {
    NONE("0, it takes none"),
    DELTA("a finite delta above 0"),
    LEVEL("a level in (0, 1)"),
    VARIANCE_POWER("a variance power in (1, 2)");

    private final String allowed;

    ParameterRule(String allowed) {
        this.allowed = allowed;
    }

    /** @throws IllegalArgumentException if the parameter is not allowed; names the kind, what was given and what is allowed */
    void require(Enum<?> kind, double parameter) {
        boolean isAllowed = switch (this) {
            case NONE -> parameter == 0;
            case DELTA -> parameter > 0 && parameter < Double.POSITIVE_INFINITY;
            case LEVEL -> parameter > 0 && parameter < 1;
            case VARIANCE_POWER -> parameter > 1 && parameter < 2;
        };
        if (!isAllowed) {
            throw new IllegalArgumentException(kind + " has parameter " + parameter + "; allowed: " + allowed);
        }
    }
}
