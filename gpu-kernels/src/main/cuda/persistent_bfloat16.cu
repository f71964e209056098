// Networks: all steps of an LSTM in one launch by tensor cores. As persistent.cu, but for the products with the recurrent weights: their
// operands, weights, h and gradients of gates, are rounded to bfloat16; sums, state and all that lies in memory are float32.
//
// A block takes a slice of at most 8 rows, which are the columns of a tile's product, and keeps all weights in registers: a warp those
// of 16 units. Fewer rows are no fewer products, but fewer bytes of memory for each multiprocessor. What
// the weights are multiplied by lies in shared memory as bfloat16, twice. Tiles are laid so that a lane is left with all that two
// units of two rows need: forward the rows of a tile are two gates of 8 units, backward 16 units. A lane (g = lane / 4, pair = lane % 4)
// has the units g and g + 8 of its warp's 16, and the rows 2 pair and 2 pair + 1.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

#include "bfloat16.cuh"
#include "tensor_cores.cuh"

typedef long long i64;

// Rows of a block; numbers along the inner axis of a tile; units of a warp.
enum { ROWS = 8, TILE = 16, UNITS = 16 };

// The hardware's function is off by 2^-11 of the value at most, less than the rounding of h.
__device__ float fast_tanh(float x) {
#ifdef __CUDA_ARCH__
  float y;
  asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return tanhf(x);
#endif
}
__device__ float fast_sigmoid(float x) { return 0.5f * fast_tanh(0.5f * x) + 0.5f; }

// Puts recurrent weights where lanes look for them: four words, a lane's part of a tile, to[index], index = tile x 2 P + thread.
// Forward, tile = step along the inner axis x 4 + octet of units x 2 + pair of gates; backward the step alone. n: P x P / 2.
KERNEL pack_tiles(int is_backward, const float* recurrent, uint4* to, int padded, int units, int n) {
  unsigned index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= (unsigned)n) return;
  int thread = (int)index % (2 * padded), tile = (int)index / (2 * padded);
  int lane = thread % WARP_LANES, g = lane / 4, first = thread / WARP_LANES * UNITS + g;
  unsigned words[4];
  for (int word = 0; word < 4; word++) {
    float pair[2];
    for (int i = 0; i < 2; i++) {
      int inner = (is_backward ? tile : tile / 4) * TILE + lane % 4 * 2 + i + word / 2 * 8, is_lower = word % 2;
      int gate = is_backward ? inner / padded : tile % 2 * 2 + is_lower;
      int from = is_backward ? inner % padded : first + tile / 2 % 2 * 8, column = is_backward ? first + is_lower * 8 : inner;
      pair[i] = from < units && column < units ? recurrent[(gate * units + from) * units + column] : 0.0f;
    }
    words[word] = bfloat16_pair(pair[0], pair[1]);
  }
  to[index] = uint4{words[0], words[1], words[2], words[3]};
}
EXPORT_KERNEL(pack_tiles)

// Which units and rows a lane has, and where they lie.
struct Own {
  int g, pair, unit[2], ends[2];
  bool has_unit[2];
  // Of the first step of either row, counted in steps.
  i64 step[2];
  __device__ Own(const int* lengths, int slice, int rows, int steps, int units) {
    int lane = (int)threadIdx.x % WARP_LANES;
    g = lane / 4, pair = lane % 4;
    for (int i = 0; i < 2; i++) {
      int column = 2 * pair + i, row = (int)blockIdx.x * slice + column;
      bool is_there = column < slice && row < rows;
      unit[i] = (int)threadIdx.x / WARP_LANES * UNITS + g + 8 * i;
      has_unit[i] = unit[i] < units;
      // None where there is no row.
      ends[i] = !is_there ? 0 : lengths ? lengths[row] : steps;
      written[i] = is_there ? steps : 0;
      step[i] = (i64)row * steps;
    }
  }
  // Steps that have to be written, whether the row has them or not.
  int written[2];
};

// Rounds numbers of a unit, one of either row, into a vector of each row; neighbours, of units beside each other, make words.
template <int LENGTH>
__device__ void put(unsigned (*to)[LENGTH], const Own& own, int at, float first, float second) {
  bool is_odd = own.g % 2;
  float other = __shfl_xor_sync(~0u, is_odd ? first : second, 4);
  to[2 * own.pair + is_odd][at / 2] = is_odd ? bfloat16_pair(other, second) : bfloat16_pair(first, other);
}

// The products with the inputs, 0 where a row has no such step.
__device__ void read_inputs(float (&inputs)[4][4], const Own& own, const float* gates, int t, int units) {
#pragma unroll
  for (int octet = 0; octet < 2; octet++) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
      bool is_there = own.has_unit[octet] && t < own.ends[r];
      const float* g = gates + (own.step[r] + t) * 4 * units + own.unit[octet];
#pragma unroll
      for (int gate = 0; gate < 4; gate++) inputs[2 * octet + gate / 2][gate % 2 * 2 + r] = is_there ? g[gate * units] : 0.0f;
    }
  }
}

template <int P>
__device__ void lstm(const uint4* packed, float* gates, float* c, float* h, const int* lengths, int slice, int rows,
                     int steps, int units) {
  // Four words more than a row has, so that a tile's eight rows lie in all banks.
  enum { STEPS = P / TILE, LENGTH = P / 2 + 4 };
  __shared__ unsigned before[2][ROWS][LENGTH];
  unsigned weights[STEPS][4][4];
#pragma unroll
  for (int k = 0; k < STEPS; k++) {
#pragma unroll
    for (int tile = 0; tile < 4; tile++) {
      uint4 four = packed[(k * 4 + tile) * 2 * P + threadIdx.x];
      weights[k][tile][0] = four.x, weights[k][tile][1] = four.y, weights[k][tile][2] = four.z, weights[k][tile][3] = four.w;
    }
  }
  Own own(lengths, slice, rows, steps, units);
  float cells[4] = {}, inputs[4][4];
  read_inputs(inputs, own, gates, 0, units);
  for (int t = 0; t < steps; t++) {
    // Of tile 2 o: gates i and f of an octet of units, either row; of 2 o + 1: a and o.
    float sums[4][4];
#pragma unroll
    for (int i = 0; i < 16; i++) sums[i / 4][i % 4] = inputs[i / 4][i % 4];
    // A step ahead.
    read_inputs(inputs, own, gates, t + 1, units);
    if (t > 0) {
#pragma unroll
      for (int k = 0; k < STEPS; k++) {
        const unsigned* vector = &before[t % 2][own.g][k * 8 + own.pair];
        unsigned upper = vector[0], lower = vector[4];
#pragma unroll
        for (int tile = 0; tile < 4; tile++) multiply_tiles(sums[tile], weights[k][tile], upper, lower);
      }
    }
#pragma unroll
    for (int octet = 0; octet < 2; octet++) {
      float out[2];
#pragma unroll
      for (int r = 0; r < 2; r++) {
        bool is_there = own.has_unit[octet] && t < own.ends[r];
        float& cell = cells[2 * octet + r];
        float i = fast_sigmoid(sums[2 * octet][r]), f = fast_sigmoid(sums[2 * octet][2 + r]);
        float a = fast_tanh(sums[2 * octet + 1][r]), o = fast_sigmoid(sums[2 * octet + 1][2 + r]);
        cell = is_there ? i * a + f * cell : 0.0f;
        out[r] = is_there ? o * fast_tanh(cell) : 0.0f;
        i64 at = (own.step[r] + t) * units + own.unit[octet];
        if (is_there) {
          float* g = gates + (own.step[r] + t) * 4 * units + own.unit[octet];
          g[0] = i, g[units] = f, g[2 * units] = a, g[3 * units] = o;
        }
        if (own.has_unit[octet] && t < own.written[r]) c[at] = cell, h[at] = out[r];
      }
      put(before[(t + 1) % 2], own, own.unit[octet], out[0], out[1]);
    }
    __syncthreads();
  }
}

// What a step of one unit of one row reads.
struct Read {
  float dh, i, f, a, o, c;
};

__device__ void read_step(Read (&to)[4], const Own& own, const float* dh, const float* gates, const float* c, int t, int units) {
#pragma unroll
  for (int n = 0; n < 4; n++) {
    int octet = n / 2, r = n % 2;
    i64 step = own.step[r] + t;
    const float* g = gates + step * 4 * units + own.unit[octet];
    to[n] = Read{0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
    if (t >= 0 && own.has_unit[octet] && t < own.ends[r]) {
      i64 at = step * units + own.unit[octet];
      to[n] = Read{dh[at], g[0], g[units], g[2 * units], g[3 * units], c[at]};
    }
  }
}

template <int P>
__device__ void lstm_gradient(const uint4* packed, const float* dh, const float* gates, const float* c, const int* lengths,
                              float* dgates, int slice, int rows, int steps, int units) {
  // CHAINS sums are added up at the end, so that the next product need not wait for the last.
  enum { STEPS = P / 4, LENGTH = 2 * P + 4, CHAINS = 4 };
  __shared__ unsigned behind[2][ROWS][LENGTH];
  unsigned weights[STEPS][4];
#pragma unroll
  for (int k = 0; k < STEPS; k++) {
    uint4 four = packed[k * 2 * P + threadIdx.x];
    weights[k][0] = four.x, weights[k][1] = four.y, weights[k][2] = four.z, weights[k][3] = four.w;
  }
  Own own(lengths, slice, rows, steps, units);
  float cells[4] = {};
  Read next[4];
  read_step(next, own, dh, gates, c, steps - 1, units);
  for (int t = steps - 1; t >= 0; t--) {
    Read now[4];
#pragma unroll
    for (int n = 0; n < 4; n++) now[n] = next[n];
    // A step ahead.
    read_step(next, own, dh, gates, c, t - 1, units);
    float sums[CHAINS][4] = {};
    if (t < steps - 1) {
#pragma unroll
      for (int k = 0; k < STEPS; k++) {
        const unsigned* vector = &behind[(t + 1) % 2][own.g][k * 8 + own.pair];
        multiply_tiles(sums[k % CHAINS], weights[k], vector[0], vector[4]);
      }
    }
#pragma unroll
    for (int octet = 0; octet < 2; octet++) {
      float d[4][2];
#pragma unroll
      for (int r = 0; r < 2; r++) {
        int n = 2 * octet + r;
        const Read& v = now[n];
        bool is_there = own.has_unit[octet] && t < own.ends[r];
        float bent = fast_tanh(v.c);
        float of_h = v.dh + ((sums[0][n] + sums[1][n]) + (sums[2][n] + sums[3][n]));
        float of_c = cells[n] + of_h * v.o * (1.0f - bent * bent);
        d[0][r] = is_there ? of_c * v.a * v.i * (1.0f - v.i) : 0.0f;
        // c of the step before.
        d[1][r] = is_there ? of_c * next[n].c * v.f * (1.0f - v.f) : 0.0f;
        d[2][r] = is_there ? of_c * v.i * (1.0f - v.a * v.a) : 0.0f;
        d[3][r] = is_there ? of_h * bent * v.o * (1.0f - v.o) : 0.0f;
        cells[n] = is_there ? of_c * v.f : 0.0f;
        if (own.has_unit[octet] && t < own.written[r]) {
          float* to = dgates + (own.step[r] + t) * 4 * units + own.unit[octet];
#pragma unroll
          for (int gate = 0; gate < 4; gate++) to[gate * units] = d[gate][r];
        }
      }
#pragma unroll
      for (int gate = 0; gate < 4; gate++) put(behind[t % 2], own, gate * P + own.unit[octet], d[gate][0], d[gate][1]);
    }
    __syncthreads();
  }
}

// Of so many units at most. A block of 128 fills the registers.
#define LSTM(P)                                                                                                                    \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_bfloat16_##P(const uint4* packed, float* gates, float* c, float* h, const int* lengths, int slice, int rows, int steps, \
                        int units) {                                                                                               \
    lstm<P>(packed, gates, c, h, lengths, slice, rows, steps, units);                                                              \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_bfloat16_##P)                                                                                                 \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_gradient_bfloat16_##P(const uint4* packed, const float* dh, const float* gates, const float* c, const int* lengths,     \
                                 float* dgates, int slice, int rows, int steps, int units) {                                       \
    lstm_gradient<P>(packed, dh, gates, c, lengths, dgates, slice, rows, steps, units);                                            \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_gradient_bfloat16_##P)

LSTM(32)
LSTM(64)
LSTM(128)
