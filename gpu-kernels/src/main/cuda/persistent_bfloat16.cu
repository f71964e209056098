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

// Which units and rows a lane has, and where they lie. PER_LANE: 2, or 1 where a block has 4 rows at most, which are the even columns of
// a tile then; the odd ones are 0.
template <int PER_LANE>
struct Own {
  int g, pair, unit[2], ends[PER_LANE];
  bool has_unit[2];
  // Of the first step of a row, counted in steps.
  i64 step[PER_LANE];
  // Steps that have to be written, whether the row has them or not.
  int written[PER_LANE];
  __device__ Own(const int* lengths, int slice, int rows, int steps, int units) {
    int lane = (int)threadIdx.x % WARP_LANES;
    g = lane / 4, pair = lane % 4;
    for (int i = 0; i < 2; i++) {
      unit[i] = (int)threadIdx.x / WARP_LANES * UNITS + g + 8 * i;
      has_unit[i] = unit[i] < units;
    }
    for (int i = 0; i < PER_LANE; i++) {
      int own = PER_LANE * pair + i, row = (int)blockIdx.x * slice + own;
      bool is_there = own < slice && row < rows;
      // None where there is no row.
      ends[i] = !is_there ? 0 : lengths ? lengths[row] : steps;
      written[i] = is_there ? steps : 0;
      step[i] = (i64)row * steps;
    }
  }
  __device__ bool is_there(int octet, int r, int t) const { return has_unit[octet] && t >= 0 && t < ends[r]; }
  __device__ bool is_written(int octet, int r, int t) const { return has_unit[octet] && t < written[r]; }
  // Of the unit at a step, in h and the like; and of its first gate.
  __device__ i64 at(int octet, int r, int t, int units) const { return (step[r] + t) * units + unit[octet]; }
  __device__ i64 at_gates(int octet, int r, int t, int units) const { return (step[r] + t) * 4 * units + unit[octet]; }
};

// What a product's right operand is made of: a vector a column, in bfloat16, LENGTH words each, four more than its numbers need so that the
// columns lie in all banks.
template <int LENGTH>
struct Vectors {
  uint4 all[ROWS][LENGTH / 4];

  __device__ unsigned* words(int column) { return &all[column][0].x; }

  __device__ void clear() {
    for (int i = threadIdx.x; i < ROWS * LENGTH / 4; i += blockDim.x) all[i / (LENGTH / 4)][i % (LENGTH / 4)] = uint4{0, 0, 0, 0};
  }

  // A lane's part of two tiles, those of steps k and k + 1 along the inner axis.
  __device__ void read(unsigned (&parts)[4], int k) {
    int lane = (int)threadIdx.x % WARP_LANES;
#ifdef __CUDA_ARCH__
    load_matrices<false>(parts, (const unsigned short*)(words(lane % 8) + k * 8 + lane / 8 * 4));
#else
    for (int i = 0; i < 4; i++) parts[i] = words(lane / 4)[k * 8 + i * 4 + lane % 4];
#endif
  }

  // Rounds numbers of a unit, one of each of a lane's rows, into those rows' vectors; neighbours, of units beside each other, make words.
  template <int PER_LANE>
  __device__ void put(const Own<PER_LANE>& own, int at, const float (&values)[PER_LANE]) {
    bool is_odd = own.g % 2;
    float other = __shfl_xor_sync(~0u, PER_LANE == 2 && !is_odd ? values[PER_LANE - 1] : values[0], 4);
    if (PER_LANE == 2) {
      words(2 * own.pair + is_odd)[at / 2] = is_odd ? bfloat16_pair(other, values[PER_LANE - 1]) : bfloat16_pair(values[0], other);
    } else if (!is_odd) {
      words(2 * own.pair)[at / 2] = bfloat16_pair(values[0], other);
    }
  }
};

// The products with the inputs, 0 where a row has no such step.
template <int PER_LANE>
__device__ void read_inputs(float (&inputs)[4][4], const Own<PER_LANE>& own, const float* gates, int t, int units) {
#pragma unroll
  for (int octet = 0; octet < 2; octet++) {
#pragma unroll
    for (int r = 0; r < PER_LANE; r++) {
      bool is_there = own.is_there(octet, r, t);
      const float* g = gates + own.at_gates(octet, r, t, units);
#pragma unroll
      for (int gate = 0; gate < 4; gate++) inputs[2 * octet + gate / 2][gate % 2 * 2 + r] = is_there ? g[gate * units] : 0.0f;
    }
  }
}

template <int P, int PER_LANE>
__device__ void lstm(const uint4* packed, float* gates, float* c, float* h, const int* lengths, int slice, int rows, int steps,
                     int units) {
  enum { STEPS = P / TILE };
  __shared__ Vectors<P / 2 + 4> before[2];
  unsigned weights[STEPS][4][4];
#pragma unroll
  for (int k = 0; k < STEPS; k++) {
#pragma unroll
    for (int tile = 0; tile < 4; tile++) {
      uint4 four = packed[(k * 4 + tile) * 2 * P + threadIdx.x];
      weights[k][tile][0] = four.x, weights[k][tile][1] = four.y, weights[k][tile][2] = four.z, weights[k][tile][3] = four.w;
    }
  }
  Own<PER_LANE> own(lengths, slice, rows, steps, units);
  before[0].clear(), before[1].clear();
  __syncthreads();
  float cells[2][PER_LANE] = {}, inputs[4][4] = {};
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
      for (int k = 0; k < STEPS; k += 2) {
        unsigned parts[4];
        before[t % 2].read(parts, k);
#pragma unroll
        for (int i = 0; i < 8; i++) multiply_tiles(sums[i % 4], weights[k + i / 4][i % 4], parts[i / 4 * 2], parts[i / 4 * 2 + 1]);
      }
    }
#pragma unroll
    for (int octet = 0; octet < 2; octet++) {
      float out[PER_LANE];
#pragma unroll
      for (int r = 0; r < PER_LANE; r++) {
        bool is_there = own.is_there(octet, r, t);
        float& cell = cells[octet][r];
        float i = fast_sigmoid(sums[2 * octet][r]), f = fast_sigmoid(sums[2 * octet][2 + r]);
        float a = fast_tanh(sums[2 * octet + 1][r]), o = fast_sigmoid(sums[2 * octet + 1][2 + r]);
        cell = is_there ? i * a + f * cell : 0.0f;
        out[r] = is_there ? o * fast_tanh(cell) : 0.0f;
        if (is_there) {
          float* g = gates + own.at_gates(octet, r, t, units);
          g[0] = i, g[units] = f, g[2 * units] = a, g[3 * units] = o;
        }
        i64 at = own.at(octet, r, t, units);
        if (own.is_written(octet, r, t)) c[at] = cell, h[at] = out[r];
      }
      before[(t + 1) % 2].put(own, own.unit[octet], out);
    }
    __syncthreads();
  }
}

// What a step of one unit of one row reads.
struct Read {
  float dh, i, f, a, o, c;
};

template <int PER_LANE>
__device__ void read_step(Read (&to)[2][PER_LANE], const Own<PER_LANE>& own, const float* dh, const float* gates, const float* c,
                          int t, int units) {
#pragma unroll
  for (int octet = 0; octet < 2; octet++) {
#pragma unroll
    for (int r = 0; r < PER_LANE; r++) {
      to[octet][r] = Read{0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
      if (own.is_there(octet, r, t)) {
        const float* g = gates + own.at_gates(octet, r, t, units);
        i64 at = own.at(octet, r, t, units);
        to[octet][r] = Read{dh[at], g[0], g[units], g[2 * units], g[3 * units], c[at]};
      }
    }
  }
}

template <int P, int PER_LANE>
__device__ void lstm_gradient(const uint4* packed, const float* dh, const float* gates, const float* c, const int* lengths,
                              float* dgates, int slice, int rows, int steps, int units) {
  // CHAINS sums are added up at the end, so that the next product need not wait for the last.
  enum { STEPS = P / 4, CHAINS = 4 };
  __shared__ Vectors<2 * P + 4> behind[2];
  unsigned weights[STEPS][4];
#pragma unroll
  for (int k = 0; k < STEPS; k++) {
    uint4 four = packed[k * 2 * P + threadIdx.x];
    weights[k][0] = four.x, weights[k][1] = four.y, weights[k][2] = four.z, weights[k][3] = four.w;
  }
  Own<PER_LANE> own(lengths, slice, rows, steps, units);
  behind[0].clear(), behind[1].clear();
  __syncthreads();
  float cells[2][PER_LANE] = {};
  Read next[2][PER_LANE];
  read_step(next, own, dh, gates, c, steps - 1, units);
  for (int t = steps - 1; t >= 0; t--) {
    Read now[2][PER_LANE];
#pragma unroll
    for (int n = 0; n < 2 * PER_LANE; n++) now[n / PER_LANE][n % PER_LANE] = next[n / PER_LANE][n % PER_LANE];
    // A step ahead.
    read_step(next, own, dh, gates, c, t - 1, units);
    float sums[CHAINS][4] = {};
    if (t < steps - 1) {
#pragma unroll
      for (int k = 0; k < STEPS; k += 2) {
        unsigned parts[4];
        behind[(t + 1) % 2].read(parts, k);
        multiply_tiles(sums[k % CHAINS], weights[k], parts[0], parts[1]);
        multiply_tiles(sums[(k + 1) % CHAINS], weights[k + 1], parts[2], parts[3]);
      }
    }
#pragma unroll
    for (int octet = 0; octet < 2; octet++) {
      float d[4][PER_LANE];
#pragma unroll
      for (int r = 0; r < PER_LANE; r++) {
        int n = 2 * octet + r;
        const Read& v = now[octet][r];
        bool is_there = own.is_there(octet, r, t);
        float bent = fast_tanh(v.c), &cell = cells[octet][r];
        float of_h = v.dh + ((sums[0][n] + sums[1][n]) + (sums[2][n] + sums[3][n]));
        float of_c = cell + of_h * v.o * (1.0f - bent * bent);
        d[0][r] = is_there ? of_c * v.a * v.i * (1.0f - v.i) : 0.0f;
        // c of the step before.
        d[1][r] = is_there ? of_c * next[octet][r].c * v.f * (1.0f - v.f) : 0.0f;
        d[2][r] = is_there ? of_c * v.i * (1.0f - v.a * v.a) : 0.0f;
        d[3][r] = is_there ? of_h * bent * v.o * (1.0f - v.o) : 0.0f;
        cell = is_there ? of_c * v.f : 0.0f;
        if (own.is_written(octet, r, t)) {
          float* to = dgates + own.at_gates(octet, r, t, units);
#pragma unroll
          for (int gate = 0; gate < 4; gate++) to[gate * units] = d[gate][r];
        }
      }
#pragma unroll
      for (int gate = 0; gate < 4; gate++) behind[t % 2].put(own, gate * P + own.unit[octet], d[gate]);
    }
    __syncthreads();
  }
}

// Of so many units and rows at most. A block of 128 units fills the registers.
#define LSTM(P, MOST_ROWS)                                                                                                         \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_bfloat16_##P##_by_##MOST_ROWS(const uint4* packed, float* gates, float* c, float* h, const int* lengths, int slice,     \
                                         int rows, int steps, int units) {                                                         \
    lstm<P, MOST_ROWS / 4>(packed, gates, c, h, lengths, slice, rows, steps, units);                                               \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_bfloat16_##P##_by_##MOST_ROWS)                                                                                \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      lstm_gradient_bfloat16_##P##_by_##MOST_ROWS(const uint4* packed, const float* dh, const float* gates, const float* c,        \
                                                  const int* lengths, float* dgates, int slice, int rows, int steps, int units) {  \
    lstm_gradient<P, MOST_ROWS / 4>(packed, dh, gates, c, lengths, dgates, slice, rows, steps, units);                             \
  }                                                                                                                                \
  EXPORT_KERNEL(lstm_gradient_bfloat16_##P##_by_##MOST_ROWS)

LSTM(32, 4)
LSTM(32, 8)
LSTM(64, 4)
LSTM(64, 8)
LSTM(128, 4)
LSTM(128, 8)
