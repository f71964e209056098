// Networks in bfloat16: products of matrices that lie in memory as float32, by tensor cores. Contract and arguments: those of the
// `matrices` kernels of products.cu, but the operands are rounded to bfloat16 on their way to shared memory. Sums are float32; their
// order is that of the inner axis, sixteen at a time.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "bfloat16.cuh"
#include "tensor_cores.cuh"

typedef long long i64;

// Of the inner axis at a time: what a tensor core takes at once. A column more than rows need, so that a tile's rows lie in all banks.
enum { DEPTH = 16, PAIRS = DEPTH / 2, WORDS = PAIRS + 4 };

// A block makes SIDE x SIDE numbers of the result, a warp DOWN x ACROSS tiles of 16 x 8.
struct Huge { enum { SIDE = 128, DOWN = 4, ACROSS = 4, THREADS = 256 }; };
struct Large { enum { SIDE = 64, DOWN = 2, ACROSS = 4, THREADS = 128 }; };

// Numbers beside each other along the inner axis, of one operand, that a thread brings: EACH pairs, a fixed step apart, so that an
// address is one sum. Neighbours read neighbours.
template <class T>
struct Operand {
  enum { EACH = T::SIDE * PAIRS / T::THREADS };
  const float* p;
  // Between the numbers of a pair; from a pair to the next one; from a piece to the next one.
  i64 inner, step, piece;
  bool is_along;
  int line, pair, count;
  float next[EACH][2];

  // Lines from `first` on of `count`, `outer` apart.
  __device__ Operand(const float* all, i64 outer, i64 inner, int first, int count)
      : inner(inner), is_along(inner == 1), line((int)threadIdx.x / PAIRS), pair((int)threadIdx.x % PAIRS), count(count - first) {
    if (!is_along) line = (int)threadIdx.x % T::SIDE, pair = (int)threadIdx.x / T::SIDE;
    p = all + (first + line) * outer + 2 * pair * inner;
    step = is_along ? T::THREADS / PAIRS * outer : 2 * (T::THREADS / T::SIDE) * inner;
    piece = DEPTH * inner;
  }

  __device__ int line_of(int u) const { return is_along ? line + u * (T::THREADS / PAIRS) : line; }
  __device__ int pair_of(int u) const { return is_along ? pair : pair + u * (T::THREADS / T::SIDE); }

  // Brings the next piece, of which so many numbers are left of each line.
  __device__ void fetch(int left) {
#pragma unroll
    for (int u = 0; u < EACH; u++) {
      const float* q = p + u * step;
      bool is_there = line_of(u) < count;
      next[u][0] = is_there && 2 * pair_of(u) < left ? q[0] : 0.0f;
      next[u][1] = is_there && 2 * pair_of(u) + 1 < left ? q[inner] : 0.0f;
    }
    p += piece;
  }

  __device__ void put(unsigned (*words)[WORDS]) const {
#pragma unroll
    for (int u = 0; u < EACH; u++) words[line_of(u)][pair_of(u)] = bfloat16_pair(next[u][0], next[u][1]);
  }
};

template <class T>
__device__ void matrices(const float* a, const float* b, const float* bias, float* c, int rows, int columns, int inner, int last_inner,
                         i64 a_row, i64 a_inner, i64 b_inner, i64 b_column, i64 c_row, i64 a_batch, i64 b_batch, i64 c_batch,
                         float factor, int is_added) {
  enum { DOWN = T::DOWN, ACROSS = T::ACROSS, WARPS_DOWN = T::SIDE / (DOWN * 16) };
  __shared__ unsigned lefts[2][T::SIDE][WORDS];
  __shared__ unsigned rights[2][T::SIDE][WORDS];
  i64 z = blockIdx.z;
  if (blockIdx.z + 1 == gridDim.z) inner = last_inner;
  int tiles_across = (columns + T::SIDE - 1) / T::SIDE;
  int first_row = (int)(blockIdx.x / tiles_across) * T::SIDE, first_column = (int)(blockIdx.x % tiles_across) * T::SIDE;
  Operand<T> left(a + z * a_batch, a_row, a_inner, first_row, rows), right(b + z * b_batch, b_column, b_inner, first_column, columns);
  int warp = (int)threadIdx.x / WARP_LANES, lane = (int)threadIdx.x % WARP_LANES, g = lane / 4, t = lane % 4;
  int row = warp % WARPS_DOWN * DOWN * 16, column = warp / WARPS_DOWN * ACROSS * 8;
  float sums[DOWN][ACROSS][4] = {};
  left.fetch(inner), right.fetch(inner);
  left.put(lefts[0]), right.put(rights[0]);
  __syncthreads();
  for (int k = 0, half = 0; k < inner; k += DEPTH, half ^= 1) {
    left.fetch(inner - k - DEPTH), right.fetch(inner - k - DEPTH);
    unsigned as[DOWN][4], bs[ACROSS][2];
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
      const unsigned *upper = lefts[half][row + i * 16 + g], *lower = lefts[half][row + i * 16 + g + 8];
      as[i][0] = upper[t], as[i][1] = lower[t], as[i][2] = upper[t + 4], as[i][3] = lower[t + 4];
    }
#pragma unroll
    for (int j = 0; j < ACROSS; j++) {
      const unsigned* words = rights[half][column + j * 8 + g];
      bs[j][0] = words[t], bs[j][1] = words[t + 4];
    }
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
#pragma unroll
      for (int j = 0; j < ACROSS; j++) multiply_tiles(sums[i][j], as[i], bs[j][0], bs[j][1]);
    }
    left.put(lefts[half ^ 1]), right.put(rights[half ^ 1]);
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < DOWN; i++) {
#pragma unroll
    for (int j = 0; j < ACROSS; j++) {
#pragma unroll
      for (int n = 0; n < 4; n++) {
        int y = first_row + row + i * 16 + g + n / 2 * 8, x = first_column + column + j * 8 + 2 * t + n % 2;
        if (y >= rows || x >= columns) continue;
        float* to = c + z * c_batch + y * c_row + x;
        float v = sums[i][j][n] * factor;
        if (bias) v += bias[x];
        *to = is_added ? *to + v : v;
      }
    }
  }
}

#define MATRICES(name, T)                                                                                                          \
  KERNEL __launch_bounds__(T::THREADS, 512 / T::THREADS)                                                                           \
      name(const float* a, const float* b, const float* bias, float* c, int rows, int columns, int inner, int last_inner,          \
           i64 a_row, i64 a_inner, i64 b_inner, i64 b_column, i64 c_row, i64 a_batch, i64 b_batch, i64 c_batch, float factor,      \
           int is_added) {                                                                                                         \
    matrices<T>(a, b, bias, c, rows, columns, inner, last_inner, a_row, a_inner, b_inner, b_column, c_row, a_batch, b_batch,       \
                c_batch, factor, is_added);                                                                                        \
  }
MATRICES(matrices_bfloat16_huge, Huge)
EXPORT_KERNEL(matrices_bfloat16_huge)
MATRICES(matrices_bfloat16_large, Large)
EXPORT_KERNEL(matrices_bfloat16_large)
