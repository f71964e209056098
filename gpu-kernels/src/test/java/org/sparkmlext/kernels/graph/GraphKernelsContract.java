package org.sparkmlext.kernels.graph;

import org.junit.jupiter.api.Nested;
import org.sparkmlext.kernels.Backend;

/** The whole contract of a back end with networks: a back end's test is one subclass that opens it. */
public abstract class GraphKernelsContract {

    protected abstract Backend open();

    @Nested
    class Ops extends OpsContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class LargeDense extends LargeDenseContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Programs extends ProgramContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Optimizers extends OptimizerContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Refusals extends RefusalContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Dropouts extends DropoutContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Training extends TrainingContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class NonFinites extends NonFiniteContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Images extends StoredImagesContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class Golden extends GoldenNetworkContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class GoldenLstm extends GoldenLstmContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }

    @Nested
    class GoldenAttention extends GoldenAttentionContract {
        @Override
        protected Backend open() {
            return GraphKernelsContract.this.open();
        }
    }
}
