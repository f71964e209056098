package org.sparkmlext.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.sparkmlext.kernels.Backend;
import org.sparkmlext.kernels.BackendOptions;
import org.sparkmlext.kernels.Backends;

/** Keeps the GPU open while a class runs: its context, which takes most of a second to make, stays from test to test. */
public final class HeldGpu implements BeforeAllCallback, AfterAllCallback {

    private Backend held;

    @Override
    public void beforeAll(ExtensionContext context) {
        held = Backends.open("cuda", BackendOptions.threads(1)).backend();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // Not opened where there is no GPU, which the class then fails for.
        if (held != null) {
            held.close();
        }
    }
}
