package org.sparkmlext.kernels.graph;

import java.util.List;

/** Checks of an op's inputs whose messages name the op and all shapes. */
record Inputs(Op op, List<TensorType> types) {

    /** @param counts numbers of inputs that are allowed */
    Inputs count(int... counts) {
        for (int count : counts) {
            if (types.size() == count) {
                return this;
            }
        }
        throw new IllegalArgumentException(op.name() + " takes " + java.util.Arrays.toString(counts) + " inputs, got "
                + types.size() + ": " + types);
    }

    Inputs numeric(int... indices) {
        for (int index : indices) {
            require(types.get(index).isNumeric(), "input " + index + " must be numeric");
        }
        return this;
    }

    Inputs rank(int index, int... ranks) {
        for (int rank : ranks) {
            if (shape(index).rank() == rank) {
                return this;
            }
        }
        throw fault("input " + index + " must have " + java.util.Arrays.toString(ranks) + " axes");
    }

    Inputs element(int index, Element element) {
        require(types.get(index).element() == element, "input " + index + " must be " + element);
        return this;
    }

    Inputs shape(int index, Shape expected) {
        require(shape(index).equals(expected), "input " + index + " must have shape " + expected);
        return this;
    }

    Inputs require(boolean isMet, String demand) {
        if (!isMet) {
            throw fault(demand);
        }
        return this;
    }

    Shape shape(int index) {
        return types.get(index).shape();
    }

    IllegalArgumentException fault(String demand) {
        return new IllegalArgumentException(op.name() + ": " + demand + "; got " + types);
    }
}
