// Batch normalisation of pixels, with the ReLU, the 2 x 2 max pooling and the dropout behind it in the same pass;
// sums of channels. Contract: BatchNorm of org.sparkmlext.kernels.graph.
//
// Blocks have 256 threads and take so many pixels of up to 32 groups of channels. A thread goes on with the same group, so that it loads
// what belongs to its channels once. Sums go from first to last pixel in a thread, then pairwise over the threads, then in the same way
// over the blocks: their order follows from the sizes alone.
// The kernels of pixel_norms.cu and pixel_norms_float32.cu: the same of either Element, which the file that includes this has said.
#pragma once

#include "counter_random.cuh"
#include "pixels.cuh"

enum { THREADS = 256, MOST_GROUPS = 32, MERGE_THREADS = 1024 };

// What a thread of a block takes: its group of every `lanes`-th pixel from `first` on.
struct Part {
  int groups, group, own_groups, own_group, lane, lanes, first, end;
  __device__ i64 at(int pixel) const { return (i64)pixel * groups + group; }
};

// A thread without work has first = end. groups: of all channels; pixels_of_block: grid x takes so many, grid y 32 groups.
__device__ Part part(int groups, int pixels_of_block, int n) {
  int before = blockIdx.y * MOST_GROUPS;
  int own = groups - before < MOST_GROUPS ? groups - before : MOST_GROUPS;
  int lanes = THREADS / own, lane = threadIdx.x / own, first = blockIdx.x * pixels_of_block;
  int end = n - first < pixels_of_block ? n : first + pixels_of_block;
  bool has_work = lane < lanes && first + lane < end;
  return Part{groups, before + (int)threadIdx.x % own, own, (int)threadIdx.x % own, lane, lanes, has_work ? first + lane : end, end};
}

// Adds numbers of all lanes pairwise; lane 0 has the sums of its group.
template <int COUNT>
__device__ void sum_lanes(float (&values)[COUNT], const Part& own) {
  __shared__ float others[COUNT][THREADS / 2];
  int count = own.lanes;
  while (count > 1) {
    int half = (count + 1) / 2;
    if (own.lane >= half && own.lane < count) {
      for (int k = 0; k < COUNT; k++) others[k][(own.lane - half) * own.own_groups + own.own_group] = values[k];
    }
    __syncthreads();
    if (own.lane < count - half) {
      for (int k = 0; k < COUNT; k++) values[k] += others[k][own.lane * own.own_groups + own.own_group];
    }
    __syncthreads();
    count = half;
  }
}

// Partial sums of a block of pixels: two rows of padded channels, one behind the other for each block.
__device__ float* partial(float* partials, const Part& own, int row) {
  return partials + ((i64)blockIdx.x * 2 + row) * own.groups * 8 + own.group * 8;
}

// Mean of each channel over the pixels of a block, and the sum of squares about it. They are summed as differences from the block's
// first pixel, so that a mean far from 0 takes no digits away.
KERNEL __launch_bounds__(THREADS, 4) partial_statistics(const Element* __restrict__ x, float* partials, int groups,
      int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  Eight origin = load_group(x, own.at(blockIdx.x * pixels_of_block));
  float sums[16] = {};
#pragma unroll 4
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v = load_group(x, own.at(pixel));
    for (int k = 0; k < 8; k++) {
      float d = v.of[k] - origin.of[k];
      sums[k] += d;
      sums[8 + k] += d * d;
    }
  }
  sum_lanes(sums, own);
  if (own.lane != 0) return;
  float count = (float)(own.end - (int)blockIdx.x * pixels_of_block);
  float *means = partial(partials, own, 0), *squares = partial(partials, own, 1);
  for (int k = 0; k < 8; k++) {
    float mean = sums[k] / count, rest = sums[8 + k] - sums[k] * mean;
    means[k] = origin.of[k] + mean;
    squares[k] = rest < 0.0f ? 0.0f : rest;
  }
}
EXPORT_KERNEL(partial_statistics)

// Sums of two numbers of each thread of a merging block, over the threads of the same channel, which is threadIdx.x % 8; warp c has those
// of channel c.
__device__ void merge(float& first, float& second) {
  __shared__ float parts[2][MERGE_THREADS / 32][8];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  for (int apart = 8; apart < 32; apart *= 2) {
    first += __shfl_xor_sync(~0u, first, apart);
    second += __shfl_xor_sync(~0u, second, apart);
  }
  if (lane < 8) parts[0][warp][lane] = first, parts[1][warp][lane] = second;
  __syncthreads();
  first = parts[0][lane][warp % 8], second = parts[1][lane][warp % 8];
  for (int apart = 1; apart < 32; apart *= 2) {
    first += __shfl_xor_sync(~0u, first, apart);
    second += __shfl_xor_sync(~0u, second, apart);
  }
}

// The channel whose sums a thread writes; 8 channels a block. -1: none.
__device__ int merged_channel() {
  return threadIdx.x % 32 == 0 && threadIdx.x < 256 ? (int)(blockIdx.x * 8 + threadIdx.x / 32) : -1;
}

// What a pixel's channel is normalised by: three rows of padded channels, mean, factor and shift. 0 where there is no channel.
__device__ void write_table(float* table, int padded, int c, bool is_channel, float mean, float factor, float shift) {
  table[c] = is_channel ? mean : 0.0f;
  table[padded + c] = is_channel ? factor : 0.0f;
  table[2 * padded + c] = is_channel ? shift : 0.0f;
}

// Mean and variance of each channel of n pixels, of those of `blocks` parts of pixels_of_block pixels, the last one the rest (Chan, Golub
// and LeVeque 1979, all parts at once): with o, the first part's mean, mean = o + sum n_i (mean_i - o) / n and the sum of squares
// = sum (squares_i + n_i (mean_i - o)^2) - n (mean - o)^2, of which no digits are lost, since o is near the mean. *_sums: where they are
// wanted times the number of rows, or none.
KERNEL __launch_bounds__(MERGE_THREADS) merge_statistics(const float* __restrict__ partials, int blocks, int pixels_of_block, int n,
      const float* scale, const float* shift, float epsilon, float* means, float* variances, float* mean_sums, float* variance_sums,
      float rows, float* table, int channels) {
  int padded = groups_of(channels) * 8, from = blockIdx.x * 8 + threadIdx.x % 8;
  float origin = partials[from], sum = 0.0f, squares = 0.0f;
#pragma unroll 8
  for (int block = threadIdx.x / 8; block < blocks; block += MERGE_THREADS / 8) {
    float count = (float)(block == blocks - 1 ? n - block * pixels_of_block : pixels_of_block);
    float d = partials[(i64)block * 2 * padded + from] - origin;
    sum += count * d;
    squares += partials[((i64)block * 2 + 1) * padded + from] + count * (d * d);
  }
  merge(sum, squares);
  int c = merged_channel();
  if (c < 0) return;
  float d = sum / n, variance = (squares - sum * d) / n;
  variance = variance < 0.0f ? 0.0f : variance;
  bool is_channel = c < channels;
  float mean = partials[c] + d;
  if (is_channel) means[c] = mean, variances[c] = variance;
  if (is_channel && mean_sums) mean_sums[c] = mean * rows;
  if (is_channel && variance_sums) variance_sums[c] = variance * rows;
  write_table(table, padded, c, is_channel, mean, is_channel ? scale[c] / sqrtf(variance + epsilon) : 0.0f,
              is_channel ? shift[c] : 0.0f);
}
EXPORT_KERNEL(merge_statistics)

// The table for statistics that are given: BatchNorm.Inference. A thread a padded channel.
KERNEL given_statistics(const float* scale, const float* shift, const float* means, const float* variances, float epsilon,
                        float* table, int channels, int n) {
  GROUP(c, n);
  bool is_channel = (int)c < channels;
  int own = is_channel ? c : 0;
  write_table(table, n, c, is_channel, means[own], scale[own] / sqrtf(variances[own] + epsilon), shift[own]);
}
EXPORT_KERNEL(given_statistics)

// The table's part of a thread.
struct Normal {
  Eight mean, factor, shift;
  __device__ Normal(const float* table, const Part& own) {
    int padded = own.groups * 8;
    mean = load_eight(table + own.group * 8);
    factor = load_eight(table + padded + own.group * 8);
    shift = load_eight(table + 2 * padded + own.group * 8);
  }
  // Of channel k, from its deviation. Forward and gradient must agree to the bit on what is above 0.
  __device__ float of(int k, float deviation) const { return fmaf(deviation, factor.of[k], shift.of[k]); }
};

// A NaN stays one.
__device__ float positive(float x) { return x <= 0.0f ? 0.0f : x; }

KERNEL __launch_bounds__(THREADS, 4) normalize_pixels(const Element* __restrict__ x, const float* table,
      Element* __restrict__ y, int has_relu, int groups, int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  Normal normal(table, own);
#pragma unroll 4
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v = load_group(x, own.at(pixel));
    for (int k = 0; k < 8; k++) {
      float z = normal.of(k, v.of[k] - normal.mean.of[k]);
      v.of[k] = has_relu ? positive(z) : z;
    }
    store_group(y, own.at(pixel), v);
  }
}
EXPORT_KERNEL(normalize_pixels)


// First pixel of four, by the pooled one. width: of the pooled images.
__device__ int first_of_four(int pooled, int width) { return pooled / width * 4 * width + pooled % width * 2; }

// Largest of four numbers and its place, in the order of rows; a NaN wins, of equal values the first.
struct Winner {
  float value, deviation;
  int place;
  __device__ void meet(float v, float d, int at) {
    bool wins = at == 0 || v > value || (v != v && value == value);
    value = wins ? v : value, deviation = wins ? d : deviation, place = wins ? at : place;
  }
};

__device__ void load_four(Eight (&v)[4], const Element* x, const Part& own, int first, int width) {
  for (int i = 0; i < 4; i++) v[i] = load_group(x, own.at(first + i / 2 * 2 * width + i % 2));
}

__device__ Winner winner(const Eight (&v)[4], const Normal& normal, int k) {
  Winner winner = {};
  for (int i = 0; i < 4; i++) {
    float d = v[i].of[k] - normal.mean.of[k];
    winner.meet(normal.of(k, d), d, i);
  }
  return winner;
}

// BatchNorm, ReLU, MaxPool2d of 2 x 2 pixels, Dropout. n: pooled pixels; area: those of a row.
KERNEL __launch_bounds__(THREADS, 3) normalize_pool_pixels(const Element* __restrict__ x, const float* table,
      Element* __restrict__ y, const i64* rows, const i64* key, int stream, int threshold, float factor, u8* kept, int channels,
      int width, int area, int pixels_of_block, int n) {
  Part own = part(groups_of(channels), pixels_of_block, n);
  Normal normal(table, own);
  u64 of_stream = rows ? random_stream(key, stream) : 0;
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v[4], best;
    load_four(v, x, own, first_of_four(pixel, width), width);
    for (int k = 0; k < 8; k++) best.of[k] = positive(winner(v, normal, k).value);
    if (rows) {
      u64 of_row = random_row(of_stream, rows[pixel / area]);
      int position = pixel % area * channels + own.group * 8, bits = 0;
      for (int k = 0; k < 8; k++) {
        bool keep = random_bits(of_row, position + k) >= threshold;
        bits |= keep << k;
        best.of[k] = keep ? best.of[k] * factor : 0.0f;
      }
      kept[own.at(pixel)] = (u8)bits;
    }
    store_group(y, own.at(pixel), best);
  }
}
EXPORT_KERNEL(normalize_pool_pixels)

__device__ void write_sums(float* partials, const float (&sums)[16], const Part& own) {
  if (own.lane != 0) return;
  float *of_shift = partial(partials, own, 0), *of_scale = partial(partials, own, 1);
  for (int k = 0; k < 8; k++) of_shift[k] = sums[k], of_scale[k] = sums[8 + k];
}

// For the gradient: of each channel the sums of g and of g (x - mean) over the pixels of a block, g the gradient before the ReLU.
KERNEL __launch_bounds__(THREADS, 3) partial_gradients(const Element* __restrict__ x, const Element* __restrict__ dy,
      const float* table, float* partials, int has_relu, int groups, int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  Normal normal(table, own);
  float sums[16] = {};
#pragma unroll 2
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v = load_group(x, own.at(pixel)), g = load_group(dy, own.at(pixel));
    for (int k = 0; k < 8; k++) {
      float d = v.of[k] - normal.mean.of[k], of = has_relu && normal.of(k, d) <= 0.0f ? 0.0f : g.of[k];
      sums[k] += of;
      sums[8 + k] += of * d;
    }
  }
  sum_lanes(sums, own);
  write_sums(partials, sums, own);
}
EXPORT_KERNEL(partial_gradients)

// Gradient before dropout, pooling and ReLU of a winner.
__device__ float before_pool(const Winner& winner, float dy, int kept, int k, float factor) {
  return winner.value <= 0.0f || !(kept >> k & 1) ? 0.0f : dy * factor;
}

// The same sums with pooling, of pooled pixels. kept: none without dropout, factor 1 then.
KERNEL __launch_bounds__(THREADS, 3) partial_pool_gradients(const Element* __restrict__ x, const Element* __restrict__ dy,
      const u8* kept, float factor, const float* table, float* partials, int width, int groups, int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  Normal normal(table, own);
  float sums[16] = {};
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v[4], g = load_group(dy, own.at(pixel));
    int bits = kept ? kept[own.at(pixel)] : 255;
    load_four(v, x, own, first_of_four(pixel, width), width);
    for (int k = 0; k < 8; k++) {
      Winner best = winner(v, normal, k);
      float of = before_pool(best, g.of[k], bits, k, factor);
      sums[k] += of;
      sums[8 + k] += of * best.deviation;
    }
  }
  sum_lanes(sums, own);
  write_sums(partials, sums, own);
}
EXPORT_KERNEL(partial_pool_gradients)

// Sums of the partial sums of both rows, as merge() leaves them.
__device__ void merge_rows(const float* __restrict__ partials, int blocks, int padded, float& first, float& second) {
  int from = blockIdx.x * 8 + threadIdx.x % 8;
  first = second = 0.0f;
#pragma unroll 8
  for (int block = threadIdx.x / 8; block < blocks; block += MERGE_THREADS / 8) {
    first += partials[(i64)block * 2 * padded + from];
    second += partials[((i64)block * 2 + 1) * padded + from];
  }
  merge(first, second);
}

// With s = sqrt(variance + epsilon): dshift = sum g, dscale = sum g (x - mean) / s, and what is not g in
// dx = scale / s (g - mean(g) - (x - mean) / s mean(g (x - mean) / s)) = factor g + slope (x - mean) + rise. rest: two rows of padded channels, slope and rise.
KERNEL __launch_bounds__(MERGE_THREADS) merge_gradients(const float* partials, int blocks, int n, const float* scale,
      const float* variances, float epsilon, float* dscale, float* dshift, float* rest, int channels) {
  int padded = groups_of(channels) * 8, c = merged_channel();
  float of_shift, of_scale;
  merge_rows(partials, blocks, padded, of_shift, of_scale);
  if (c < 0) return;
  float slope = 0.0f, rise = 0.0f;
  if (c < channels) {
    float inverse = 1.0f / sqrtf(variances[c] + epsilon), factor = scale[c] * inverse;
    of_scale *= inverse;
    dscale[c] = of_scale, dshift[c] = of_shift;
    slope = -factor * inverse * (of_scale / n), rise = -factor * (of_shift / n);
  }
  rest[c] = slope, rest[padded + c] = rise;
}
EXPORT_KERNEL(merge_gradients)

KERNEL __launch_bounds__(THREADS, 3) normalize_pixels_gradient(const Element* __restrict__ x, const Element* __restrict__ dy,
      const float* table, const float* rest, Element* __restrict__ dx, int has_relu, int groups, int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  Normal normal(table, own);
  Eight slope = load_eight(rest + own.group * 8), rise = load_eight(rest + (groups + own.group) * 8);
#pragma unroll 2
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v = load_group(x, own.at(pixel)), g = load_group(dy, own.at(pixel));
    for (int k = 0; k < 8; k++) {
      float d = v.of[k] - normal.mean.of[k], of = has_relu && normal.of(k, d) <= 0.0f ? 0.0f : g.of[k];
      v.of[k] = fmaf(normal.factor.of[k], of, fmaf(slope.of[k], d, rise.of[k]));
    }
    store_group(dx, own.at(pixel), v);
  }
}
EXPORT_KERNEL(normalize_pixels_gradient)

KERNEL __launch_bounds__(THREADS, 2) normalize_pool_pixels_gradient(const Element* __restrict__ x,
      const Element* __restrict__ dy, const u8* kept, float factor, const float* table, const float* rest,
      Element* __restrict__ dx, int width, int groups, int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  Normal normal(table, own);
  Eight slope = load_eight(rest + own.group * 8), rise = load_eight(rest + (groups + own.group) * 8);
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v[4], g = load_group(dy, own.at(pixel));
    int bits = kept ? kept[own.at(pixel)] : 255, first = first_of_four(pixel, width);
    load_four(v, x, own, first, width);
    for (int k = 0; k < 8; k++) {
      Winner best = winner(v, normal, k);
      float of = before_pool(best, g.of[k], bits, k, factor) * normal.factor.of[k];
      for (int i = 0; i < 4; i++) {
        float rest_of = fmaf(slope.of[k], v[i].of[k] - normal.mean.of[k], rise.of[k]);
        v[i].of[k] = i == best.place ? of + rest_of : rest_of;
      }
    }
    for (int i = 0; i < 4; i++) store_group(dx, own.at(first + i / 2 * 2 * width + i % 2), v[i]);
  }
}
EXPORT_KERNEL(normalize_pool_pixels_gradient)

// Sums of each channel over the pixels of a block, in the first row of the partial sums; the second is 0.
KERNEL __launch_bounds__(THREADS, 4) partial_sums(const Element* __restrict__ x, float* partials, int groups,
      int pixels_of_block, int n) {
  Part own = part(groups, pixels_of_block, n);
  float sums[16] = {};
#pragma unroll 4
  for (int pixel = own.first; pixel < own.end; pixel += own.lanes) {
    Eight v = load_group(x, own.at(pixel));
    for (int k = 0; k < 8; k++) sums[k] += v.of[k];
  }
  sum_lanes(sums, own);
  write_sums(partials, sums, own);
}
EXPORT_KERNEL(partial_sums)

KERNEL __launch_bounds__(MERGE_THREADS) merge_sums(const float* partials, int blocks, float* y, int channels) {
  int c = merged_channel();
  float sum, none;
  merge_rows(partials, blocks, groups_of(channels) * 8, sum, none);
  if (c >= 0 && c < channels) y[c] = sum;
}
EXPORT_KERNEL(merge_sums)
