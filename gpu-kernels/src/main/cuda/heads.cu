// Networks in bfloat16: dense layers of few units, as a network ends in, on rows in bfloat16 (pixels.cuh). Contract: Dense of
// org.sparkmlext.kernels.graph. Weights, outputs and their gradients are float32. Tensor cores would have most of a tile to themselves; what
// counts is that nothing is converted before or behind.

#include "bfloat16.cuh"

typedef bfloat16 Element;

#include "pixels.cuh"

// UNITS, FEW_UNITS: at once, what a thread sums up in registers.
enum { THREADS = 256, LANES = 32, UNITS = 8, FEW_UNITS = 4 };

// y[row][unit] = bias[unit] + sum over the width of x[row] weights[unit]. A warp a row: each lane every 32nd group of features, then the
// lanes pairwise.
KERNEL __launch_bounds__(THREADS) head(const bfloat16* x, const float* weights, const float* bias, float* y, int width, int units, int n) {
  int row = blockIdx.x * (THREADS / LANES) + threadIdx.x / LANES, lane = threadIdx.x % LANES, groups = groups_of(width);
  if (row >= n) return;
  for (int unit = 0; unit < units; unit += UNITS) {
    float sums[UNITS] = {};
    for (int group = lane; group < groups; group += LANES) {
      Eight v = load_group(x, (i64)row * groups + group);
#pragma unroll
      for (int u = 0; u < UNITS; u++) {
        if (unit + u >= units) continue;
        const float* w = weights + (i64)(unit + u) * width + group * 8;
#pragma unroll
        for (int k = 0; k < 8; k++) sums[u] += group * 8 + k < width ? v.of[k] * w[k] : 0.0f;
      }
    }
#pragma unroll
    for (int u = 0; u < UNITS; u++) {
      for (int apart = 1; apart < LANES; apart *= 2) sums[u] += __shfl_xor_sync(~0u, sums[u], apart);
      if (lane == 0 && unit + u < units) y[(i64)row * units + unit + u] = sums[u] + (bias ? bias[unit + u] : 0.0f);
    }
  }
}
EXPORT_KERNEL(head)

// dx[row] = sum over the units of dy[row][unit] weights[unit]. A thread a group of features of a row, n of them.
KERNEL head_gradient(const float* dy, const float* weights, bfloat16* dx, int width, int units, int n) {
  GROUP(i, n);
  int groups = groups_of(width), row = i / groups, first = i % groups * 8;
  Eight sums = {};
  for (int unit = 0; unit < units; unit++) {
    float g = dy[(i64)row * units + unit];
    const float* w = weights + (i64)unit * width + first;
#pragma unroll
    for (int k = 0; k < 8; k++) sums.of[k] += first + k < width ? g * w[k] : 0.0f;
  }
  store_group(dx, i, sums);
}
EXPORT_KERNEL(head_gradient)

// dw[unit] = sum over rows of dy[row][unit] x[row], db[unit] = sum of dy[row][unit], where there is a db. Along x of the grid groups of
// features, along y FEW_UNITS units; each thread every THREADS-th row, then pairwise over the lanes, then warp after warp.
KERNEL __launch_bounds__(THREADS) head_weights(const bfloat16* x, const float* dy, float* dw, float* db, int width, int units, int n) {
  enum { EACH = 9, COUNT = FEW_UNITS * EACH, WARPS = THREADS / LANES };
  __shared__ float parts[WARPS][COUNT];
  int groups = groups_of(width), group = blockIdx.x, unit = blockIdx.y * FEW_UNITS;
  float sums[COUNT] = {};
  for (int row = threadIdx.x; row < n; row += THREADS) {
    Eight v = load_group(x, (i64)row * groups + group);
#pragma unroll
    for (int u = 0; u < FEW_UNITS; u++) {
      float g = unit + u < units ? dy[(i64)row * units + unit + u] : 0.0f;
#pragma unroll
      for (int k = 0; k < 8; k++) sums[u * EACH + k] += g * v.of[k];
      sums[u * EACH + 8] += g;
    }
  }
  int warp = threadIdx.x / LANES, lane = threadIdx.x % LANES;
#pragma unroll
  for (int i = 0; i < COUNT; i++) {
    for (int apart = 1; apart < LANES; apart *= 2) sums[i] += __shfl_xor_sync(~0u, sums[i], apart);
    if (lane == 0) parts[warp][i] = sums[i];
  }
  __syncthreads();
  if (threadIdx.x >= COUNT) return;
  int u = unit + threadIdx.x / EACH, k = threadIdx.x % EACH;
  float sum = parts[0][threadIdx.x];
  for (int other = 1; other < WARPS; other++) sum += parts[other][threadIdx.x];
  if (u >= units) return;
  if (k < 8 && group * 8 + k < width) dw[(i64)u * width + group * 8 + k] = sum;
  if (k == 8 && group == 0 && db) db[u] = sum;
}
EXPORT_KERNEL(head_weights)
