// Kernels that show whether products of tf32 do what they say: tf32.cuh.

#include "tf32.cuh"

KERNEL round_to_tf32(const unsigned* x, unsigned* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = tf32_of(x[i]);
}
EXPORT_KERNEL(round_to_tf32)

// d = a b of one warp: a is 16 x inner, b inner x 8, d 16 x 8, all row after row, inner a multiple of 8. is_split: by three products.
KERNEL multiply_by_tf32(const unsigned* a, const unsigned* b, float* d, int inner, int is_split) {
  int lane = threadIdx.x, g = lane / 4, t = lane % 4;
  float sums[4] = {};
  for (int k = 0; k < inner; k += 8) {
    unsigned left[4], right[4] = {b[(k + t) * 8 + g], b[(k + t + 4) * 8 + g]};
    for (int e = 0; e < 4; e++) left[e] = a[(g + e % 2 * 8) * inner + k + t + e / 2 * 4];
    Split l = split_of(left), r = split_of(right);
    if (is_split) {
      multiply_tf32(sums, l.small, r.big[0], r.big[1]);
      multiply_tf32(sums, l.big, r.small[0], r.small[1]);
      multiply_tf32(sums, l.big, r.big[0], r.big[1]);
    } else {
      multiply_tf32(sums, left, right[0], right[1]);
    }
  }
  for (int e = 0; e < 4; e++) d[(g + e / 2 * 8) * 8 + 2 * t + e % 2] = sums[e];
}
EXPORT_KERNEL(multiply_by_tf32)
