package org.sparkmlext.kernels.graph;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.sparkmlext.kernels.Availability;
import org.sparkmlext.kernels.BackendContract;

/** What the parts of {@link GraphKernelsContract} share. */
abstract class GraphContract extends BackendContract {

    GraphKernels kernels() {
        return backend.graphs();
    }

    /** Skips a test, and says why, where the back end has not this precision. */
    void assumeSupported(Precision precision) {
        Availability availability = kernels().supports(precision);
        if (!availability.isAvailable()) {
            System.out.println(backend.name() + ": " + precision + " is not tested: " + availability.reason());
        }
        assumeTrue(availability.isAvailable(), availability.reason());
    }

    CompiledCase compile(GraphCase source, Precision precision) {
        return new CompiledCase(kernels(), source, precision);
    }

    static ReferenceInterpreter.Values reference(GraphCase source) {
        return ReferenceInterpreter.evaluate(source.graph(), source.feed());
    }

    static double[] referenceAdditive(GraphCase source) {
        return reference(source).additive(Tensor.doubles(source.state()));
    }
}
