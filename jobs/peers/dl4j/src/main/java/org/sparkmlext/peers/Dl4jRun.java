package org.sparkmlext.peers;

import java.util.Random;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.sparkmlext.jobs.bench.RunArguments;
import org.sparkmlext.jobs.bench.RunReport;
import org.sparkmlext.jobs.bench.StepClock;

/** Steps of training {@code small-cnn} on a batch held in memory, by DL4J. Arguments: {@code network batch warm seconds}. */
public final class Dl4jRun {
    private static final double LEARNING_RATE = 1e-3;
    private static final int SIZE = 28;
    private static final int CLASSES = 10;

    private Dl4jRun() {}

    public static void main(String[] args) throws Exception {
        RunArguments arguments = new RunArguments(args);
        String network = arguments.text("network");
        if (!network.equals("small-cnn")) {
            throw new IllegalArgumentException("network is '" + network + "'; DL4J is timed on small-cnn only");
        }
        int batch = arguments.number("batch");
        MultiLayerNetwork model = new MultiLayerNetwork(smallCnn());
        model.init();
        DataSet rows = rows(batch);
        RunReport report = new RunReport(arguments.text("system"), network);
        StepClock.measure(arguments, batch, report, () -> model.fit(rows));
        report.put("loss", model.score()).finish();
        // ND4J's own threads would keep the process alive.
        System.exit(0);
    }

    private static DataSet rows(int batch) {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, CLASSES);
        Random random = new Random(2);
        for (int row = 0; row < batch; row++) {
            labels.putScalar(row, random.nextInt(CLASSES), 1);
        }
        return new DataSet(Nd4j.randn(DataType.FLOAT, batch, 1, SIZE, SIZE), labels);
    }

    private static MultiLayerConfiguration smallCnn() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(LEARNING_RATE))
                .weightInit(WeightInit.RELU)
                .convolutionMode(ConvolutionMode.Same)
                .list()
                .layer(convolution(32))
                .layer(convolution(64))
                .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new DenseLayer.Builder()
                        .nOut(128)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(SIZE, SIZE, 1))
                .build();
    }

    private static ConvolutionLayer convolution(int filters) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(filters)
                .activation(Activation.RELU)
                .build();
    }
}
