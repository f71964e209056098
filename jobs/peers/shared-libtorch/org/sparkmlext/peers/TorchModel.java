package org.sparkmlext.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** What is trained. */
interface TorchModel {

    TensorVector parameters();

    /** Mean loss of a batch, in training. */
    Tensor loss(Tensor rows, Tensor targets);
}
