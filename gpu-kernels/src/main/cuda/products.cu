// Networks: products of matrices and convolutions as products. Contract: Dense, MatMul, Conv2d of org.sparkmlext.kernels.graph. The
// rules are in elements.cu.
//
// One tile does them all: a block makes BM x BN numbers of the result, a thread TM x TN of them, from pieces of BK of the inner
// axis in shared memory. What an element of the two operands is, and where one of the result goes, is told by small structs; those of
// convolutions find pixels where they lie and build no matrix. A number of the result is added up by one thread in the order of
// the inner axis, from the first to the last.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef long long i64;

enum { BK = 16 };

// A tile of many numbers for large results, one of few for small ones; a still larger one is below.
struct Large { enum { BM = 64, BN = 64, TM = 4, TN = 4, THREADS = 256 }; };
struct Small { enum { BM = 16, BN = 16, TM = 2, TN = 2, THREADS = 64 }; };

// The tile of this block, of all k in [from, to). Tiles are counted along x of the grid, those of the first rows first.
template <class T, class A, class B, class C>
__device__ void tile(const A& a, const B& b, const C& c, int rows, int columns, int from, int to) {
  enum { ACROSS = T::BN / T::TN, DOWN = T::BM / T::TM };
  // One more than a row has, so that a column lies in all banks.
  __shared__ float as[BK][T::BM + 1];
  __shared__ float bs[BK][T::BN + 1];
  int tiles_across = (columns + T::BN - 1) / T::BN;
  int first_row = (int)(blockIdx.x / tiles_across) * T::BM, first_column = (int)(blockIdx.x % tiles_across) * T::BN;
  int down = threadIdx.x / ACROSS, across = threadIdx.x % ACROSS;
  bool a_along = a.is_along(), b_along = b.is_along();
  float sums[T::TM][T::TN] = {};
  for (int k0 = from; k0 < to; k0 += BK) {
#pragma unroll
    for (int u = 0; u < T::BM * BK / T::THREADS; u++) {
      int i = u * T::THREADS + threadIdx.x;
      int m = a_along ? i / BK : i % T::BM, k = a_along ? i % BK : i / T::BM;
      as[k][m] = first_row + m < rows && k0 + k < to ? a.at(first_row + m, k0 + k) : 0.0f;
    }
#pragma unroll
    for (int u = 0; u < T::BN * BK / T::THREADS; u++) {
      int i = u * T::THREADS + threadIdx.x;
      int n = b_along ? i / BK : i % T::BN, k = b_along ? i % BK : i / T::BN;
      bs[k][n] = first_column + n < columns && k0 + k < to ? b.at(k0 + k, first_column + n) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < BK; k++) {
      float left[T::TM], right[T::TN];
#pragma unroll
      for (int i = 0; i < T::TM; i++) left[i] = as[k][down + i * DOWN];
#pragma unroll
      for (int j = 0; j < T::TN; j++) right[j] = bs[k][across + j * ACROSS];
#pragma unroll
      for (int i = 0; i < T::TM; i++) {
#pragma unroll
        for (int j = 0; j < T::TN; j++) sums[i][j] += left[i] * right[j];
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < T::TM; i++) {
#pragma unroll
    for (int j = 0; j < T::TN; j++) {
      int m = first_row + down + i * DOWN, n = first_column + across + j * ACROSS;
      if (m < rows && n < columns) c.put(m, n, sums[i][j]);
    }
  }
}

// A matrix in memory; is_along: neighbours along the inner axis lie side by side.
struct Left {
  const float* p;
  i64 row, inner;
  __device__ bool is_along() const { return inner == 1; }
  __device__ float at(int m, int k) const { return p[m * row + k * inner]; }
};

struct Right {
  const float* p;
  i64 inner, column;
  __device__ bool is_along() const { return inner == 1; }
  __device__ float at(int k, int n) const { return p[k * inner + n * column]; }
};

struct Result {
  float* p;
  i64 row;
  const float* bias;
  float factor;
  bool is_added;
  __device__ void put(int m, int n, float sum) const {
    float* to = p + m * row + n;
    float v = sum * factor;
    if (bias) v += bias[n];
    *to = is_added ? *to + v : v;
  }
};

// A tile for results so large that all multiprocessors get some: 128 x 128 numbers, 8 x 8 a thread, two groups of 4 along either axis;
// DEPTH of the inner axis at a time.
struct Huge {
  // WIDE: four more than a row has, so that columns lie in more banks.
  enum { SIDE = 128, BM = SIDE, GROUP = 4, ACROSS = 16, THREADS = 256, DEPTH = 8, WIDE = SIDE + 4 };
};

// What a thread brings of one operand of a huge tile, DEPTH numbers of each of its 128 lines along the inner axis: EACH numbers, which
// lie a fixed step apart, so that an address is one sum. Neighbours read neighbours.
struct Brought {
  enum { EACH = Huge::SIDE * Huge::DEPTH / Huge::THREADS };
  const float* p;
  // From a number to the next one; from a piece to the next one.
  i64 step, piece;
  bool is_along;
  int line, k, count;
  float next[EACH];

  // Lines from `first` on of `count`, `outer` apart.
  __device__ Brought(const float* all, i64 outer, i64 inner, int first, int count)
      : is_along(inner == 1), line(is_along ? threadIdx.x / Huge::DEPTH : threadIdx.x % Huge::SIDE),
        k(is_along ? threadIdx.x % Huge::DEPTH : threadIdx.x / Huge::SIDE), count(count - first) {
    p = all + (first + line) * outer + k * inner;
    step = is_along ? Huge::THREADS / Huge::DEPTH * outer : Huge::THREADS / Huge::SIDE * inner;
    piece = Huge::DEPTH * inner;
  }

  __device__ int line_of(int u) const { return is_along ? line + u * (Huge::THREADS / Huge::DEPTH) : line; }
  __device__ int k_of(int u) const { return is_along ? k : k + u * (Huge::THREADS / Huge::SIDE); }

  // Brings the next piece, of which so many numbers are left of each line.
  __device__ void fetch(int left) {
#pragma unroll
    for (int u = 0; u < EACH; u++) next[u] = line_of(u) < count && k_of(u) < left ? p[u * step] : 0.0f;
    p += piece;
  }

  __device__ void put(float4 (*to)[Huge::WIDE / 4]) const {
#pragma unroll
    for (int u = 0; u < EACH; u++) reinterpret_cast<float*>(to[k_of(u)])[line_of(u)] = next[u];
  }
};

// As tile() for Huge: the same sums in the same order. While a piece is multiplied the next one is on its way, and lies in the other half
// of shared memory when it is done.
__device__ void huge_tile(const Left& a, const Right& b, const Result& c, int rows, int columns, int inner) {
  enum { GROUP = Huge::GROUP, DEPTH = Huge::DEPTH, SIDE = Huge::SIDE, HALF = SIDE / 2 };
  __shared__ float4 as[2][DEPTH][Huge::WIDE / 4];
  __shared__ float4 bs[2][DEPTH][Huge::WIDE / 4];
  int tiles_across = (columns + SIDE - 1) / SIDE;
  int first_row = (int)(blockIdx.x / tiles_across) * SIDE, first_column = (int)(blockIdx.x % tiles_across) * SIDE;
  int down = threadIdx.x / Huge::ACROSS, across = threadIdx.x % Huge::ACROSS;
  Brought left_operand(a.p, a.row, a.inner, first_row, rows), right_operand(b.p, b.column, b.inner, first_column, columns);
  float sums[2 * GROUP][2 * GROUP] = {};
  left_operand.fetch(inner), right_operand.fetch(inner);
  left_operand.put(as[0]), right_operand.put(bs[0]);
  __syncthreads();
  for (int k0 = 0, half = 0; k0 < inner; k0 += DEPTH, half ^= 1) {
    left_operand.fetch(inner - k0 - DEPTH), right_operand.fetch(inner - k0 - DEPTH);
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      float left[2 * GROUP], right[2 * GROUP];
#pragma unroll
      for (int g = 0; g < 2; g++) {
        float4 l = as[half][k][g * HALF / 4 + down], r = bs[half][k][g * HALF / 4 + across];
        left[g * GROUP] = l.x, left[g * GROUP + 1] = l.y, left[g * GROUP + 2] = l.z, left[g * GROUP + 3] = l.w;
        right[g * GROUP] = r.x, right[g * GROUP + 1] = r.y, right[g * GROUP + 2] = r.z, right[g * GROUP + 3] = r.w;
      }
#pragma unroll
      for (int i = 0; i < 2 * GROUP; i++) {
#pragma unroll
        for (int j = 0; j < 2 * GROUP; j++) sums[i][j] += left[i] * right[j];
      }
    }
    left_operand.put(as[half ^ 1]), right_operand.put(bs[half ^ 1]);
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 2 * GROUP; i++) {
#pragma unroll
    for (int j = 0; j < 2 * GROUP; j++) {
      int m = first_row + i / GROUP * HALF + down * GROUP + i % GROUP;
      int n = first_column + j / GROUP * HALF + across * GROUP + j % GROUP;
      if (m < rows && n < columns) c.put(m, n, sums[i][j]);
    }
  }
}

// c = factor * a b, plus bias[n] where there is one, added to what is there where is_added: of each matrix of a batch (z of the
// grid), of which the last may have another inner axis, so that a long one can be cut into a batch of pieces. a has elements a[m * a_row + k * a_inner], b has b[k * b_inner + n * b_column], c has c[m * c_row + n].
template <class T>
__device__ void matrices(const float* a, const float* b, const float* bias, float* c, int rows, int columns, int inner, int last_inner, i64 a_row,
                         i64 a_inner, i64 b_inner, i64 b_column, i64 c_row, i64 a_batch, i64 b_batch, i64 c_batch, float factor,
                         int is_added) {
  i64 z = blockIdx.z;
  if (blockIdx.z + 1 == gridDim.z) inner = last_inner;
  Left left{a + z * a_batch, a_row, a_inner};
  Right right{b + z * b_batch, b_inner, b_column};
  Result result{c + z * c_batch, c_row, bias, factor, is_added != 0};
  if constexpr ((int)T::BM == (int)Huge::BM) {
    huge_tile(left, right, result, rows, columns, inner);
  } else {
    tile<T>(left, right, result, rows, columns, 0, inner);
  }
}

#define MATRICES(name, T)                                                                                                       \
  KERNEL name(const float* a, const float* b, const float* bias, float* c, int rows, int columns, int inner, int last_inner, i64 a_row,         \
              i64 a_inner, i64 b_inner, i64 b_column, i64 c_row, i64 a_batch, i64 b_batch, i64 c_batch, float factor,           \
              int is_added) {                                                                                                   \
    matrices<T>(a, b, bias, c, rows, columns, inner, last_inner, a_row, a_inner, b_inner, b_column, c_row, a_batch, b_batch, c_batch, factor, \
                is_added);                                                                                                      \
  }
MATRICES(__launch_bounds__(256, 2) matrices_huge, Huge)
EXPORT_KERNEL(matrices_huge)
MATRICES(matrices_large, Large)
EXPORT_KERNEL(matrices_large)
MATRICES(matrices_small, Small)
EXPORT_KERNEL(matrices_small)

// A convolution's sizes, as the host writes them. Channels are those of a group.
struct Sizes {
  int rows, groups, channels, height, width, outputs, out_height, out_width;
  int kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left, dilation_height, dilation_width;
  __device__ int window() const { return kernel_height * kernel_width; }
  __device__ int area() const { return height * width; }
  __device__ int out_area() const { return out_height * out_width; }
};

// The pixel under a weight (c, u, v), `weight` counted within a group, for the output pixel `at` counted over the batch; 0 outside.
struct Pixels {
  const float* x;
  const Sizes& s;
  int group;
  __device__ float of(int weight, int at) const {
    int c = weight / s.window(), uv = weight % s.window(), u = uv / s.kernel_width, v = uv % s.kernel_width;
    int row = at / s.out_area(), p = at % s.out_area(), i = p / s.out_width, j = p % s.out_width;
    int h = i * s.stride_height - s.pad_top + u * s.dilation_height;
    int w = j * s.stride_width - s.pad_left + v * s.dilation_width;
    if (h < 0 || h >= s.height || w < 0 || w >= s.width) return 0.0f;
    return x[((i64)(row * s.groups + group) * s.channels + c) * s.area() + h * s.width + w];
  }
};

// Forward: outputs of a group x weights of an output, times weights x pixels of the batch.
struct PixelColumns {
  Pixels pixels;
  __device__ bool is_along() const { return false; }
  __device__ float at(int k, int n) const { return pixels.of(k, n); }
};

// Numbers of images: channels of a group x pixels of the batch.
struct Images {
  float* y;
  const float* bias;
  int groups, group, channels, area;
  __device__ void put(int m, int n, float sum) const {
    int row = n / area, p = n % area;
    int channel = group * channels + m;
    y[((i64)row * groups * channels + channel) * area + p] = bias ? sum + bias[channel] : sum;
  }
};

template <class T>
__device__ void convolve(const float* x, const float* w, const float* bias, float* y, Sizes s) {
  int group = blockIdx.z, inner = s.channels * s.window();
  tile<T>(Left{w + (i64)group * s.outputs * inner, inner, 1}, PixelColumns{Pixels{x, s, group}},
          Images{y, bias, s.groups, group, s.outputs, s.out_area()}, s.outputs, s.rows * s.out_area(), 0, inner);
}

KERNEL convolve_large(const float* x, const float* w, const float* bias, float* y, const Sizes* s) {
  convolve<Large>(x, w, bias, y, *s);
}
EXPORT_KERNEL(convolve_large)
KERNEL convolve_small(const float* x, const float* w, const float* bias, float* y, const Sizes* s) {
  convolve<Small>(x, w, bias, y, *s);
}
EXPORT_KERNEL(convolve_small)

// Gradient of the images: channels of a group x (output, u, v), times (output, u, v) x pixels of the batch.
struct TurnedWeights {
  const float* w;
  int channels, window;
  __device__ bool is_along() const { return true; }
  __device__ float at(int m, int k) const {
    int o = k / window, uv = k % window;
    return w[((i64)o * channels + m) * window + uv];
  }
};

// The output's gradient that a weight (o, u, v) connects with a pixel of the images; 0 where there is none.
struct OutputColumns {
  const float* dy;
  const Sizes& s;
  int group;
  __device__ bool is_along() const { return false; }
  __device__ float at(int k, int n) const {
    int o = k / s.window(), uv = k % s.window(), u = uv / s.kernel_width, v = uv % s.kernel_width;
    int row = n / s.area(), p = n % s.area();
    int i = p / s.width + s.pad_top - u * s.dilation_height, j = p % s.width + s.pad_left - v * s.dilation_width;
    if (i < 0 || j < 0 || i % s.stride_height || j % s.stride_width) return 0.0f;
    i /= s.stride_height, j /= s.stride_width;
    if (i >= s.out_height || j >= s.out_width) return 0.0f;
    return dy[((i64)(row * s.groups + group) * s.outputs + o) * s.out_area() + i * s.out_width + j];
  }
};

template <class T>
__device__ void convolve_images(const float* dy, const float* w, float* dx, Sizes s) {
  int group = blockIdx.z;
  tile<T>(TurnedWeights{w + (i64)group * s.outputs * s.channels * s.window(), s.channels, s.window()},
          OutputColumns{dy, s, group}, Images{dx, nullptr, s.groups, group, s.channels, s.area()}, s.channels,
          s.rows * s.area(), 0, s.outputs * s.window());
}

KERNEL convolve_images_large(const float* dy, const float* w, float* dx, const Sizes* s) {
  convolve_images<Large>(dy, w, dx, *s);
}
EXPORT_KERNEL(convolve_images_large)
KERNEL convolve_images_small(const float* dy, const float* w, float* dx, const Sizes* s) {
  convolve_images<Small>(dy, w, dx, *s);
}
EXPORT_KERNEL(convolve_images_small)

// Gradient of the weights: outputs x pixels of the batch, times pixels x weights. The inner axis is long: a piece of it a block.
struct OutputRows {
  const float* dy;
  const Sizes& s;
  int group;
  __device__ bool is_along() const { return true; }
  __device__ float at(int m, int k) const {
    int row = k / s.out_area(), p = k % s.out_area();
    return dy[((i64)(row * s.groups + group) * s.outputs + m) * s.out_area() + p];
  }
};

struct PixelRows {
  Pixels pixels;
  __device__ bool is_along() const { return true; }
  __device__ float at(int k, int n) const { return pixels.of(n, k); }
};

// Along z of the grid: the pieces of the first group, then those of the second. Piece i writes to dw + i * all weights.
template <class T>
__device__ void convolve_weights(const float* x, const float* dy, float* dw, Sizes s, int pieces, int piece) {
  int group = blockIdx.z / pieces, part = blockIdx.z % pieces;
  int weights = s.channels * s.window(), inner = s.rows * s.out_area();
  int from = part * piece, to = inner - from < piece ? inner : from + piece;
  float* target = dw + ((i64)part * s.groups + group) * s.outputs * weights;
  tile<T>(OutputRows{dy, s, group}, PixelRows{Pixels{x, s, group}}, Result{target, weights, nullptr, 1.0f, false}, s.outputs,
          weights, from, to);
}

KERNEL convolve_weights_large(const float* x, const float* dy, float* dw, const Sizes* s, int pieces, int piece) {
  convolve_weights<Large>(x, dy, dw, *s, pieces, piece);
}
EXPORT_KERNEL(convolve_weights_large)
KERNEL convolve_weights_small(const float* x, const float* dy, float* dw, const Sizes* s, int pieces, int piece) {
  convolve_weights<Small>(x, dy, dw, *s, pieces, piece);
}
EXPORT_KERNEL(convolve_weights_small)

// y[i] = x[i] + x[n + i] + ..., the pieces one after the other.
KERNEL add_pieces(const float* x, float* y, int pieces, int n) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= (unsigned)n) return;
  float sum = 0.0f;
  for (int piece = 0; piece < pieces; piece++) sum += x[(i64)piece * n + i];
  y[i] = sum;
}
EXPORT_KERNEL(add_pieces)
