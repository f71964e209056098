// Networks: sequences N x T x K whose rows end at lengths of their own, vectors of ids, windows. Contract: MaskSteps, ReverseSteps,
// LastStep, PoolSteps, StepsNorm, Embedding, WindowScale, WindowNorm, WindowDenorm of org.sparkmlext.kernels.graph. The rules are in
// elements.cu.
//
// lengths: steps of each row, null where all have T. What lies behind a row's end is not looked at, it may be NaN.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef unsigned long long u64;
typedef long long i64;

enum { MOST = 256 };

#define ELEMENT(i, n)                                   \
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x; \
  if (i >= (unsigned)(n)) return

// The place of an element of sequences of T steps and K features.
struct Place {
  int row, step, feature;
  __device__ Place(unsigned i, int steps, int features)
      : row((int)(i / features / steps)), step((int)(i / features % steps)), feature((int)(i % features)) {}
};

__device__ int length_of(const int* lengths, int row, int steps) { return lengths ? lengths[row] : steps; }

KERNEL mask_steps(const float* x, const int* lengths, float* y, int steps, int features, int n) {
  ELEMENT(i, n);
  Place p(i, steps, features);
  y[i] = p.step < lengths[p.row] ? x[i] : 0.0f;
}
EXPORT_KERNEL(mask_steps)

KERNEL reverse_steps(const float* x, const int* lengths, float* y, int steps, int features, int n) {
  ELEMENT(i, n);
  Place p(i, steps, features);
  int length = length_of(lengths, p.row, steps);
  y[i] = p.step < length ? x[((i64)p.row * steps + length - 1 - p.step) * features + p.feature] : 0.0f;
}
EXPORT_KERNEL(reverse_steps)

// Each row one step later, 0 in front: what was before a step.
KERNEL delay_steps(const float* x, float* y, int steps, int features, int n) {
  ELEMENT(i, n);
  y[i] = Place(i, steps, features).step > 0 ? x[i - features] : 0.0f;
}
EXPORT_KERNEL(delay_steps)

// n: rows x features.
KERNEL last_step(const float* x, const int* lengths, float* y, int steps, int features, int n) {
  ELEMENT(i, n);
  int row = i / features, length = length_of(lengths, row, steps);
  y[i] = length > 0 ? x[((i64)row * steps + length - 1) * features + i % features] : 0.0f;
}
EXPORT_KERNEL(last_step)

KERNEL last_step_gradient(const float* dy, const int* lengths, float* dx, int steps, int features, int n) {
  ELEMENT(i, n);
  Place p(i, steps, features);
  dx[i] = p.step == length_of(lengths, p.row, steps) - 1 ? dy[(i64)p.row * features + p.feature] : 0.0f;
}
EXPORT_KERNEL(last_step_gradient)

// The first of the largest steps of a feature.
__device__ int largest(const float* x, int features, int length) {
  int best = 0;
  for (int t = 1; t < length; t++) {
    float v = x[(i64)t * features], top = x[(i64)best * features];
    if (v > top || (v != v && top == top)) best = t;
  }
  return best;
}

// PoolSteps. n: rows x features.
KERNEL pool_steps(int is_max, const float* all, const int* lengths, float* y, int steps, int features, int n) {
  ELEMENT(i, n);
  int row = i / features, length = lengths[row];
  const float* x = all + (i64)row * steps * features + i % features;
  float sum = 0.0f;
  if (is_max && length > 0) {
    sum = x[(i64)largest(x, features, length) * features];
  } else if (length > 0) {
    for (int t = 0; t < length; t++) sum += x[(i64)t * features];
    sum /= length;
  }
  y[i] = sum;
}
EXPORT_KERNEL(pool_steps)

KERNEL pool_steps_gradient(int is_max, const float* dy, const float* all, const int* lengths, float* to, int steps, int features,
                           int n) {
  ELEMENT(i, n);
  int row = i / features, length = lengths[row];
  i64 first = (i64)row * steps * features + i % features;
  int best = is_max ? largest(all + first, features, length) : -1;
  for (int t = 0; t < steps; t++) {
    float d = t >= length ? 0.0f : is_max ? (t == best ? dy[i] : 0.0f) : dy[i] / length;
    to[first + (i64)t * features] = d;
  }
}
EXPORT_KERNEL(pool_steps_gradient)

__device__ float block_sum(float value) {
  __shared__ float parts[MOST];
  parts[threadIdx.x] = value;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half; half /= 2) {
    if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
    __syncthreads();
  }
  float sum = parts[0];
  __syncthreads();
  return sum;
}

// The steps of a feature that rows have; the others are passed over.
struct Steps {
  const int* lengths;
  int rows, steps, features, feature;
  __device__ i64 count() const { return (i64)rows * steps; }
  __device__ bool has(i64 i) const { return (int)(i % steps) < lengths[i / steps]; }
  __device__ i64 at(i64 i) const { return i * features + feature; }
};

// StepsNorm: a block a feature.
KERNEL normalize_steps(const float* x, const float* scale, const float* shift, const int* lengths, float* y, float* means,
                       float* variances, float epsilon, int rows, int steps, int features) {
  int c = blockIdx.x;
  Steps own{lengths, rows, steps, features, c};
  float sum = 0.0f, number = 0.0f, squares = 0.0f;
  for (i64 i = threadIdx.x; i < own.count(); i += blockDim.x) {
    if (own.has(i)) sum += x[own.at(i)], number += 1.0f;
  }
  number = block_sum(number);
  float mean = block_sum(sum) / number;
  for (i64 i = threadIdx.x; i < own.count(); i += blockDim.x) {
    float d = own.has(i) ? x[own.at(i)] - mean : 0.0f;
    squares += d * d;
  }
  float variance = block_sum(squares) / number;
  float factor = scale[c] / sqrtf(variance + epsilon);
  for (i64 i = threadIdx.x; i < own.count(); i += blockDim.x) {
    y[own.at(i)] = own.has(i) ? (x[own.at(i)] - mean) * factor + shift[c] : 0.0f;
  }
  if (threadIdx.x == 0) means[c] = mean, variances[c] = variance;
}
EXPORT_KERNEL(normalize_steps)

// As normalize_gradient of norms.cu.
KERNEL normalize_steps_gradient(const float* x, const float* dy, const float* scale, const float* means, const float* variances,
                                const int* lengths, float* dx, float* dscale, float* dshift, float epsilon, int rows, int steps,
                                int features) {
  int c = blockIdx.x;
  Steps own{lengths, rows, steps, features, c};
  float mean = means[c], inverse = 1.0f / sqrtf(variances[c] + epsilon);
  float of_scale = 0.0f, of_shift = 0.0f, number = 0.0f;
  for (i64 i = threadIdx.x; i < own.count(); i += blockDim.x) {
    if (!own.has(i)) continue;
    i64 at = own.at(i);
    of_scale += dy[at] * ((x[at] - mean) * inverse);
    of_shift += dy[at];
    number += 1.0f;
  }
  of_scale = block_sum(of_scale);
  of_shift = block_sum(of_shift);
  number = block_sum(number);
  float factor = scale[c] * inverse, mean_scale = of_scale / number, mean_shift = of_shift / number;
  for (i64 i = threadIdx.x; i < own.count(); i += blockDim.x) {
    i64 at = own.at(i);
    dx[at] = own.has(i) ? factor * (dy[at] - mean_shift - (x[at] - mean) * inverse * mean_scale) : 0.0f;
  }
  if (threadIdx.x == 0) dscale[c] = of_scale, dshift[c] = of_shift;
}
EXPORT_KERNEL(normalize_steps_gradient)

// WindowScale. n: rows x features.
KERNEL window_scale(int is_mean, int is_scaled, float epsilon, const float* all, const int* lengths, float* levels, float* scales,
                    int steps, int features, int n) {
  ELEMENT(i, n);
  int row = i / features, length = length_of(lengths, row, steps);
  const float* x = all + (i64)row * steps * features + i % features;
  double sum = 0.0, squares = 0.0;
  for (int t = 0; t < length; t++) sum += x[(i64)t * features];
  double mean = length > 0 ? sum / length : 0.0;
  for (int t = 0; t < length; t++) squares += (x[(i64)t * features] - mean) * (x[(i64)t * features] - mean);
  levels[i] = is_mean || length == 0 ? (float)mean : x[(i64)(length - 1) * features];
  scales[i] = is_scaled && length > 0 ? (float)(sqrt(squares / length) + epsilon) : 1.0f;
}
EXPORT_KERNEL(window_scale)

KERNEL window_norm(const float* x, const float* levels, const float* scales, const int* lengths, float* y, int steps, int features,
                   int n) {
  ELEMENT(i, n);
  Place p(i, steps, features);
  i64 at = (i64)p.row * features + p.feature;
  y[i] = p.step < length_of(lengths, p.row, steps) ? (x[i] - levels[at]) / scales[at] : 0.0f;
}
EXPORT_KERNEL(window_norm)

// WindowDenorm: channels, one an output; levels null in the gradient.
KERNEL window_denorm(const float* x, const float* levels, const float* scales, const int* channels, float* y, int outputs,
                     int features, int n) {
  ELEMENT(i, n);
  i64 at = (i64)(i / outputs) * features + channels[i % outputs];
  y[i] = scales[at] * x[i] + (levels ? levels[at] : 0.0f);
}
EXPORT_KERNEL(window_denorm)

// Embedding. n: elements of y.
KERNEL embed(const float* ids, const float* table, const int* lengths, float* y, int steps, int units, int n) {
  ELEMENT(i, n);
  Place p(i, steps, units);
  y[i] = p.step < length_of(lengths, p.row, steps) ? table[(i64)ids[i / units] * units + p.feature] : 0.0f;
}
EXPORT_KERNEL(embed)

// The gradient of a table is summed in whole numbers, so that the order of its addends does not matter: parts of the largest one that
// are so small that all addends together stay below 2^63.

// Bits of the largest magnitude; those of a NaN or infinity are larger than any other's.
KERNEL largest_magnitude(const float* x, int* bits, int n) {
  ELEMENT(i, n);
  atomicMax(bits, __float_as_int(fabsf(x[i])));
}
EXPORT_KERNEL(largest_magnitude)

// The power of 2 that addends below the largest magnitude are multiplied by.
__device__ int shift_of(int bits, int count) { return 61 - (32 - __clz(count)) - ((bits >> 23) - 126); }

KERNEL embed_sums(const float* dy, const float* ids, const int* lengths, const int* bits, i64* sums, int steps, int units, int n) {
  ELEMENT(i, n);
  Place p(i, steps, units);
  if (p.step >= length_of(lengths, p.row, steps) || *bits >= 0x7F800000) return;
  i64 part = (i64)rint(ldexp((double)dy[i], shift_of(*bits, n / units)));
  atomicAdd((u64*)&sums[(i64)ids[i / units] * units + p.feature], (u64)part);
}
EXPORT_KERNEL(embed_sums)

// count: addends at most, as above.
KERNEL embed_gradient(const i64* sums, const int* bits, float* dtable, int count, int n) {
  ELEMENT(i, n);
  dtable[i] = *bits >= 0x7F800000 ? __int_as_float(0x7FC00000) : (float)ldexp((double)sums[i], -shift_of(*bits, count));
}
EXPORT_KERNEL(embed_gradient)

KERNEL clear_ints(int* to, int n) {
  ELEMENT(i, n);
  to[i] = 0;
}
EXPORT_KERNEL(clear_ints)

// Lowers `first` to the first row whose length is none of 0 to `steps`.
KERNEL check_lengths(const int* lengths, int steps, int* first, int rows) {
  ELEMENT(row, rows);
  if (lengths[row] < 0 || lengths[row] > steps) atomicMin(first, (int)row);
}
EXPORT_KERNEL(check_lengths)

// Lowers `first` to the first step, counted over all rows, whose id is no whole number of 0 to `vocabulary` - 1. A length that is
// wrong is another check's affair.
KERNEL check_ids(const float* ids, const int* lengths, int steps, int vocabulary, int* first, int n) {
  ELEMENT(i, n);
  if ((int)(i % steps) >= length_of(lengths, (int)(i / steps), steps)) return;
  float id = ids[i];
  if (!(id >= 0.0f && id < (float)vocabulary && id == floorf(id))) atomicMin(first, (int)i);
}
EXPORT_KERNEL(check_ids)
