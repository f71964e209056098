// Networks: normalisation, and sums along channels and columns. Contract: BatchNorm, LayerNorm, StepsNorm of
// org.sparkmlext.kernels.graph. The rules are in elements.cu.
//
// A block sums a channel, a vector or a column: each thread every blockDim-th element, then the threads' sums pairwise. Blocks have
// a power of 2 of threads, at most MOST. Means come before deviations: two passes lose no digits.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef long long i64;

enum { MOST = 256 };

// Sum of a number of each thread, for all of them.
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

// The elements of a channel: `area` neighbours in each row of channels x area.
struct Channel {
  int channels, area, channel;
  __device__ i64 at(i64 i) const { return (i / area * channels + channel) * area + i % area; }
};

// y[c] = sum of the elements of channel c: a block a channel. Gradients of biases.
KERNEL sum_channels(const float* x, float* y, int rows, int channels, int area) {
  Channel own{channels, area, (int)blockIdx.x};
  float sum = 0.0f;
  for (i64 i = threadIdx.x; i < (i64)rows * area; i += blockDim.x) sum += x[own.at(i)];
  sum = block_sum(sum);
  if (threadIdx.x == 0) y[blockIdx.x] = sum;
}
EXPORT_KERNEL(sum_channels)

// The same of a matrix, rows x columns: a block 32 columns, and `piece` rows, whose sums go to y + blockIdx.y * columns. Neighbours read
// neighbours.
KERNEL sum_columns(const float* x, float* y, int rows, int columns, int piece) {
  enum { ACROSS = 32, DOWN = 8 };
  __shared__ float parts[DOWN][ACROSS];
  int column = (int)(blockIdx.x * ACROSS + threadIdx.x % ACROSS), down = (int)threadIdx.x / ACROSS;
  int from = (int)blockIdx.y * piece, to = rows - from < piece ? rows : from + piece;
  float sum = 0.0f;
  if (column < columns) {
#pragma unroll 4
    for (int row = from + down; row < to; row += DOWN) sum += x[(i64)row * columns + column];
  }
  parts[down][threadIdx.x % ACROSS] = sum;
  __syncthreads();
  if (down > 0 || column >= columns) return;
  const float(*p)[ACROSS] = &parts[0];
  int i = threadIdx.x;
  y[(i64)blockIdx.y * columns + column] =
      ((p[0][i] + p[1][i]) + (p[2][i] + p[3][i])) + ((p[4][i] + p[5][i]) + (p[6][i] + p[7][i]));
}
EXPORT_KERNEL(sum_columns)

// BatchNorm: a block a channel. *_sums: where mean and variance are wanted times the number of rows, or none.
KERNEL normalize(const float* x, const float* scale, const float* shift, float* y, float* means, float* variances, float* mean_sums,
                 float* variance_sums, float epsilon, int rows, int channels, int area) {
  int c = blockIdx.x;
  Channel own{channels, area, c};
  i64 count = (i64)rows * area;
  float sum = 0.0f;
  for (i64 i = threadIdx.x; i < count; i += blockDim.x) sum += x[own.at(i)];
  float mean = block_sum(sum) / count;
  float squares = 0.0f;
  for (i64 i = threadIdx.x; i < count; i += blockDim.x) {
    float d = x[own.at(i)] - mean;
    squares += d * d;
  }
  float variance = block_sum(squares) / count;
  float factor = scale[c] / sqrtf(variance + epsilon), offset = shift[c];
  for (i64 i = threadIdx.x; i < count; i += blockDim.x) y[own.at(i)] = (x[own.at(i)] - mean) * factor + offset;
  if (threadIdx.x != 0) return;
  means[c] = mean, variances[c] = variance;
  if (mean_sums) mean_sums[c] = mean * rows;
  if (variance_sums) variance_sums[c] = variance * rows;
}
EXPORT_KERNEL(normalize)

// With z = (x - mean) / s: dscale = sum dy z, dshift = sum dy, dx = scale / s (dy - mean(dy) - z mean(dy z)).
KERNEL normalize_gradient(const float* x, const float* dy, const float* scale, const float* means, const float* variances,
                          float* dx, float* dscale, float* dshift, float epsilon, int rows, int channels, int area) {
  int c = blockIdx.x;
  Channel own{channels, area, c};
  i64 count = (i64)rows * area;
  float mean = means[c], inverse = 1.0f / sqrtf(variances[c] + epsilon);
  float of_scale = 0.0f, of_shift = 0.0f;
  for (i64 i = threadIdx.x; i < count; i += blockDim.x) {
    i64 at = own.at(i);
    of_scale += dy[at] * ((x[at] - mean) * inverse);
    of_shift += dy[at];
  }
  of_scale = block_sum(of_scale);
  of_shift = block_sum(of_shift);
  float factor = scale[c] * inverse, mean_scale = of_scale / count, mean_shift = of_shift / count;
  for (i64 i = threadIdx.x; i < count; i += blockDim.x) {
    i64 at = own.at(i);
    dx[at] = factor * (dy[at] - mean_shift - (x[at] - mean) * inverse * mean_scale);
  }
  if (threadIdx.x == 0) dscale[c] = of_scale, dshift[c] = of_shift;
}
EXPORT_KERNEL(normalize_gradient)

// BatchNorm.Inference: a thread an element.
KERNEL normalize_given(const float* x, const float* scale, const float* shift, const float* means, const float* variances,
                       float* y, float epsilon, int channels, int area, int n) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= (unsigned)n) return;
  int c = i / area % channels;
  y[i] = (x[i] - means[c]) / sqrtf(variances[c] + epsilon) * scale[c] + shift[c];
}
EXPORT_KERNEL(normalize_given)

// LayerNorm: a block a vector of `width` neighbours.
KERNEL normalize_vectors(const float* all, const float* scale, const float* shift, float* to, float* means, float* variances,
                         float epsilon, int width) {
  const float* x = all + (i64)blockIdx.x * width;
  float* y = to + (i64)blockIdx.x * width;
  float sum = 0.0f;
  for (int k = threadIdx.x; k < width; k += blockDim.x) sum += x[k];
  float mean = block_sum(sum) / width;
  float squares = 0.0f;
  for (int k = threadIdx.x; k < width; k += blockDim.x) {
    float d = x[k] - mean;
    squares += d * d;
  }
  float variance = block_sum(squares) / width;
  float inverse = 1.0f / sqrtf(variance + epsilon);
  for (int k = threadIdx.x; k < width; k += blockDim.x) y[k] = (x[k] - mean) * inverse * scale[k] + shift[k];
  if (threadIdx.x == 0) means[blockIdx.x] = mean, variances[blockIdx.x] = variance;
}
EXPORT_KERNEL(normalize_vectors)

// Of x: with g = dy scale, dx = (g - mean(g) - z mean(g z)) / s.
KERNEL normalize_vectors_gradient(const float* x, const float* dy, const float* scale, const float* means, const float* variances,
                                  float* dx, float epsilon, int width) {
  i64 first = (i64)blockIdx.x * width;
  float mean = means[blockIdx.x], inverse = 1.0f / sqrtf(variances[blockIdx.x] + epsilon);
  float of_g = 0.0f, of_gz = 0.0f;
  for (int k = threadIdx.x; k < width; k += blockDim.x) {
    float g = dy[first + k] * scale[k];
    of_g += g;
    of_gz += g * ((x[first + k] - mean) * inverse);
  }
  of_g = block_sum(of_g) / width;
  of_gz = block_sum(of_gz) / width;
  for (int k = threadIdx.x; k < width; k += blockDim.x) {
    dx[first + k] = (dy[first + k] * scale[k] - of_g - (x[first + k] - mean) * inverse * of_gz) * inverse;
  }
}
EXPORT_KERNEL(normalize_vectors_gradient)

// Of scale and shift: a block a column of all vectors.
KERNEL normalize_vectors_weights(const float* x, const float* dy, const float* means, const float* variances, float* dscale,
                                 float* dshift, float epsilon, int vectors, int width) {
  float of_scale = 0.0f, of_shift = 0.0f;
  for (int v = threadIdx.x; v < vectors; v += blockDim.x) {
    i64 at = (i64)v * width + blockIdx.x;
    of_scale += dy[at] * ((x[at] - means[v]) / sqrtf(variances[v] + epsilon));
    of_shift += dy[at];
  }
  of_scale = block_sum(of_scale);
  of_shift = block_sum(of_shift);
  if (threadIdx.x == 0) dscale[blockIdx.x] = of_scale, dshift[blockIdx.x] = of_shift;
}
EXPORT_KERNEL(normalize_vectors_weights)
