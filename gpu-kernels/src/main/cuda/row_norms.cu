// Networks in bfloat16: batch normalisation of rows of features, with the ReLU and the dropout behind it, in one launch; its gradient with
// theirs in another. Contract: BatchNorm, Activation, Dropout of org.sparkmlext.kernels.graph.
//
// Rows are pixels without neighbours (pixels.cuh). A block takes a group of 8 features of all rows, each thread every THREADS-th row: of the
// layers this is for a group is some kilobytes, which lie in the multiprocessor's cache when they are read again. Sums go from first to last
// row in a thread, then pairwise over the lanes of a warp, then warp after warp: their order follows from the sizes alone.

#include "bfloat16.cuh"
#include "counter_random.cuh"

typedef bfloat16 Element;

#include "pixels.cuh"

enum { THREADS = 256, LANES = 32 };

// Sums of some numbers of each thread, for all of them.
template <int COUNT>
__device__ void block_sums(float (&values)[COUNT]) {
  __shared__ float parts[THREADS / LANES][COUNT];
  int warp = threadIdx.x / LANES, lane = threadIdx.x % LANES;
#pragma unroll
  for (int k = 0; k < COUNT; k++) {
    for (int apart = 1; apart < LANES; apart *= 2) values[k] += __shfl_xor_sync(~0u, values[k], apart);
  }
  __syncthreads();
  if (lane == 0) {
    for (int k = 0; k < COUNT; k++) parts[warp][k] = values[k];
  }
  __syncthreads();
#pragma unroll
  for (int k = 0; k < COUNT; k++) {
    values[k] = parts[0][k];
    for (int other = 1; other < THREADS / LANES; other++) values[k] += parts[other][k];
  }
}

// What a block's features are normalised by; 0 where there is no feature. Forward and gradient must agree to the bit on what is above 0.
struct Normal {
  Eight mean, inverse, scale, shift;

  __device__ void set(int k, bool is_feature, float of_mean, float variance, float epsilon, const float* scales, const float* shifts, int c) {
    mean.of[k] = of_mean;
    inverse.of[k] = is_feature ? 1.0f / sqrtf(variance + epsilon) : 0.0f;
    scale.of[k] = is_feature ? scales[c] : 0.0f;
    shift.of[k] = is_feature ? shifts[c] : 0.0f;
  }
  __device__ float factor(int k) const { return scale.of[k] * inverse.of[k]; }
  __device__ float of(int k, float deviation) const { return fmaf(deviation, factor(k), shift.of[k]); }
};

// means, variances: of the features; *_sums: where they are wanted times the number of rows, or none. rows: their numbers where something is
// dropped; kept: a bit a feature of what stays.
KERNEL __launch_bounds__(THREADS) normalize_rows(const bfloat16* __restrict__ x, const float* scale, const float* shift, float epsilon,
      float* means, float* variances, float* mean_sums, float* variance_sums, bfloat16* __restrict__ y, int has_relu, const i64* rows,
      const i64* key, int stream, int threshold, float factor, u8* kept, int channels, int n) {
  int groups = groups_of(channels), group = blockIdx.x, first = group * 8;
  // Deviations from the first row lose no digits where the mean is far from 0.
  Eight origin = load_group(x, group);
  float sums[8] = {}, squares[8] = {};
#pragma unroll 2
  for (int row = threadIdx.x; row < n; row += THREADS) {
    Eight v = load_group(x, (i64)row * groups + group);
    for (int k = 0; k < 8; k++) sums[k] += v.of[k] - origin.of[k];
  }
  block_sums(sums);
  for (int k = 0; k < 8; k++) sums[k] = origin.of[k] + sums[k] / n;
#pragma unroll 2
  for (int row = threadIdx.x; row < n; row += THREADS) {
    Eight v = load_group(x, (i64)row * groups + group);
    for (int k = 0; k < 8; k++) {
      float d = v.of[k] - sums[k];
      squares[k] += d * d;
    }
  }
  block_sums(squares);
  Normal normal;
  for (int k = 0; k < 8; k++) {
    bool is_feature = first + k < channels;
    float variance = squares[k] / n;
    normal.set(k, is_feature, sums[k], variance, epsilon, scale, shift, first + k);
    if (threadIdx.x != 0 || !is_feature) continue;
    means[first + k] = sums[k], variances[first + k] = variance;
    if (mean_sums) mean_sums[first + k] = sums[k] * n;
    if (variance_sums) variance_sums[first + k] = variance * n;
  }
  u64 of_stream = rows ? random_stream(key, stream) : 0;
  for (int row = threadIdx.x; row < n; row += THREADS) {
    i64 at = (i64)row * groups + group;
    Eight v = load_group(x, at);
    for (int k = 0; k < 8; k++) {
      float z = normal.of(k, v.of[k] - normal.mean.of[k]);
      v.of[k] = has_relu && z <= 0.0f ? 0.0f : z;
    }
    if (rows) {
      u64 of_row = random_row(of_stream, rows[row]);
      int bits = 0;
      for (int k = 0; k < 8; k++) {
        bool keep = random_bits(of_row, first + k) >= threshold;
        bits |= keep << k;
        v.of[k] = keep ? v.of[k] * factor : 0.0f;
      }
      kept[at] = (u8)bits;
    }
    store_group(y, at, v);
  }
}
EXPORT_KERNEL(normalize_rows)

// With s = sqrt(variance + epsilon) and g, the gradient before dropout and ReLU: dshift = sum g, dscale = sum g (x - mean) / s,
// dx = scale / s (g - mean(g) - (x - mean) / s mean(g (x - mean) / s)). kept: none without dropout, factor 1 then.
KERNEL __launch_bounds__(THREADS) normalize_rows_gradient(const bfloat16* __restrict__ x, const bfloat16* __restrict__ dy,
      const u8* kept, float factor, const float* scale, const float* shift, const float* means, const float* variances, float epsilon,
      float* dscale, float* dshift, bfloat16* __restrict__ dx, int has_relu, int channels, int n) {
  int groups = groups_of(channels), group = blockIdx.x, first = group * 8;
  Normal normal;
  for (int k = 0; k < 8; k++) {
    bool is_feature = first + k < channels;
    int c = is_feature ? first + k : 0;
    normal.set(k, is_feature, is_feature ? means[c] : 0.0f, variances[c], epsilon, scale, shift, c);
  }
  auto before = [&](i64 at, Eight& deviation) {
    deviation = load_group(x, at);
    Eight g = load_group(dy, at);
    int bits = kept ? kept[at] : 255;
    for (int k = 0; k < 8; k++) {
      deviation.of[k] -= normal.mean.of[k];
      bool passes = (bits >> k & 1) && !(has_relu && normal.of(k, deviation.of[k]) <= 0.0f);
      g.of[k] = passes ? g.of[k] * factor : 0.0f;
    }
    return g;
  };
  float sums[16] = {};
#pragma unroll 2
  for (int row = threadIdx.x; row < n; row += THREADS) {
    Eight deviation, g = before((i64)row * groups + group, deviation);
    for (int k = 0; k < 8; k++) {
      sums[k] += g.of[k];
      sums[8 + k] += g.of[k] * deviation.of[k];
    }
  }
  block_sums(sums);
  Eight slope, rise;
  for (int k = 0; k < 8; k++) {
    float of_shift = sums[k], of_scale = sums[8 + k] * normal.inverse.of[k];
    slope.of[k] = -normal.factor(k) * normal.inverse.of[k] * (of_scale / n), rise.of[k] = -normal.factor(k) * (of_shift / n);
    if (threadIdx.x == 0 && first + k < channels) dscale[first + k] = of_scale, dshift[first + k] = of_shift;
  }
  for (int row = threadIdx.x; row < n; row += THREADS) {
    i64 at = (i64)row * groups + group;
    Eight deviation, g = before(at, deviation);
    for (int k = 0; k < 8; k++) g.of[k] = fmaf(normal.factor(k), g.of[k], fmaf(slope.of[k], deviation.of[k], rise.of[k]));
    store_group(dx, at, g);
  }
}
EXPORT_KERNEL(normalize_rows_gradient)
