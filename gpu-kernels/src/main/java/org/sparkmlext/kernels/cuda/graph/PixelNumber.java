package org.sparkmlext.kernels.cuda.graph;

/** What the numbers of images are that lie as pixels ({@code pixels.cuh}), and of the weights that are multiplied by them. */
enum PixelNumber {
    /** Rounded when they are stored. */
    BFLOAT16(Short.BYTES, ""),
    FLOAT32(Float.BYTES, "_float32");

    private final int bytes;
    private final String suffix;

    PixelNumber(int bytes, String suffix) {
        this.bytes = bytes;
        this.suffix = suffix;
    }

    /** Of one. */
    int bytes() {
        return bytes;
    }

    /** Where the kernels of such numbers are: a file for each kind of number, the kernels' names the same in all. */
    String file(String name) {
        return name + suffix;
    }
}
