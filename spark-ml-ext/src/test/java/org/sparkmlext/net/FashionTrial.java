package org.sparkmlext.net;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.util.*;
import java.util.zip.GZIPInputStream;
import org.sparkmlext.data.*;
import org.sparkmlext.kernels.graph.*;
import org.sparkmlext.testing.RankThreads;

public class FashionTrial {
    static byte[] load(String f, int header) throws Exception {
        try (var in = new DataInputStream(new GZIPInputStream(new FileInputStream(f)))) { in.readNBytes(header); return in.readAllBytes(); }
    }
    public static void main(String[] a) throws Exception {
        String d = a[0]; int n = Integer.parseInt(a[1]); int ranks = Integer.parseInt(a[2]); int epochs = Integer.parseInt(a[3]); Precision p = Precision.valueOf(a[4]); String preset = a[5];
        byte[] x = load(d + "/train-images-idx3-ubyte.gz", 16), y = load(d + "/train-labels-idx1-ubyte.gz", 8);
        List<Shard> shards = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            List<TableBlock> tr = new ArrayList<>(), va = new ArrayList<>();
            int from = n / ranks * r, to = n / ranks * (r + 1);
            tr.add(block(x, y, from, to, false)); va.add(block(x, y, 50000 + 10000 / ranks * r, 50000 + 10000 / ranks * (r + 1), true));
            shards.add(new Shard(Collections.nCopies(784, "x"), tr, va));
        }
        Architecture arch = Presets.named(preset, ImageInput.bytes(28, 28, 1)).withOutputs(10);
        System.out.println(arch.summary());
        NetworkSettings s = new NetworkSettings(arch.toJson(), new LossFunction.CrossEntropy(0, 0), new UpdateRule.Adam(.9f, .999f, 1e-8f, 0, false), 1e-3f, "constant", 128, epochs, p, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, "", "accuracy", 0, true, "", new byte[0], 42);
        long t0 = System.nanoTime();
        var out = RankThreads.train(new NetworkAlgorithm(s), shards, 2 / ranks);
        System.out.printf("%.2f s%n", (System.nanoTime() - t0) / 1e9);
        out.metrics().forEach(System.out::println);
        System.out.println(Arrays.hashCode(out.model()));
    }
    static TableBlock block(byte[] x, byte[] y, int from, int to, boolean val) {
        float[] l = new float[to - from]; for (int i = 0; i < l.length; i++) l[i] = y[from + i];
        return new TableBlock(to - from, new ByteFeatures(784, to - from, Float.NaN, Arrays.copyOfRange(x, from * 784, to * 784)), l, null, null, val);
    }
}
