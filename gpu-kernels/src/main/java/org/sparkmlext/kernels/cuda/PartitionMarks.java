package org.sparkmlext.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.sparkmlext.kernels.cuda.device.DeviceMemory;

/**
 * Rows of some nodes and where to mark which of them go left, as the kernels of {@code rows.cu} take them.
 *
 * @param splits of each node its feature, last left bin, bin of missing values, and 1 where these go left
 * @param order row at each position; null where that is the position itself
 * @param pieces {@link Pieces#values}
 * @param numPieces how many they are, at least 1
 * @param marks receives a bit a row
 * @param counts receives the number of left rows of each piece
 */
record PartitionMarks(
        DeviceMemory splits,
        @Nullable DeviceMemory order,
        DeviceMemory pieces,
        int numPieces,
        DeviceMemory marks,
        DeviceMemory counts) {}
