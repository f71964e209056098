package org.sparkmlext.kernels.graph;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The part of {@link OpsContract} on recurrent layers, for back ends that compute them in more than one way. */
public abstract class RecurrentContract extends OpsContract {

    static Stream<Arguments> cases() {
        return Arrays.stream(Precision.values())
                .flatMap(precision -> SequenceCases.recurrent().map(c -> Arguments.of(c, precision)));
    }

    static Stream<Arguments> gentle() {
        return cases().filter(arguments -> ((GraphCase) arguments.get()[0]).bend() == GraphCase.Bend.GENTLE);
    }
}
