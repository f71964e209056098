// Networks: all steps of a GRU in one launch, as persistent.cu does it for an LSTM, whose kernel brings the weights into order. What is
// kept and where is as in recurrent.cu. The rules are in elements.cu.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#define DYNAMIC_SHARED(type, name) extern __shared__ type name[]
#endif

#include "persistent.cuh"

typedef long long i64;

enum { GATES = 3, ROWS = 2 };

// slice: rows of a block, an even number. bias: bm.
template <int P, int HELD>
__device__ void gru(const float4* packed, float* gates, const float* bias, float* m, float* h, const int* lengths, float4* rest,
                    int slice, int rows, int steps, int units) {
  __shared__ float4 before[2][MOST_ROWS][P / 4];
  __shared__ int ends[MOST_ROWS];
  Forward<P, GATES, HELD, SHARED> weights(packed, rest);
  int lane = weights.lane, unit = (int)threadIdx.x / FORWARD_LANES * FORWARD_UNITS + lane % FORWARD_UNITS;
  int own = lane / FORWARD_UNITS, first = (int)blockIdx.x * slice;
  float of_product = unit < units ? bias[unit] : 0.0f;
  read_ends(ends, lengths, first, rows, steps);
  __syncthreads();
  for (int t = 0; t < steps; t++) {
    for (int r = 0; r < slice; r += ROWS) {
      int row = first + r + own;
      bool is_there = unit < units && t < ends[r + own];
      i64 at = ((i64)row * steps + t) * units + unit;
      float* g = gates + (at - unit) * GATES + unit;
      float inputs[GATES] = {};
      if (is_there) {
#pragma unroll
        for (int gate = 0; gate < GATES; gate++) inputs[gate] = g[gate * units];
      }
      float sums[ROWS * FORWARD_UNITS * GATES] = {};
      if (t > 0) weights.template multiply<ROWS>(&before[t % 2][r], sums);
      share_forward<ROWS, GATES>(sums);
      float product = 0.0f, out = 0.0f;
      if (is_there) {
        float last = t > 0 ? reinterpret_cast<const float*>(before[t % 2][r + own])[unit] : 0.0f;
        float z = sigmoid(inputs[0] + sums[0]), reset = sigmoid(inputs[1] + sums[1]);
        product = sums[2] + of_product;
        float a = hyperbolic_tangent(inputs[2] + reset * product);
        out = (1.0f - z) * a + z * last;
        g[0] = z, g[units] = reset, g[2 * units] = a;
      }
      reinterpret_cast<float*>(before[(t + 1) % 2][r + own])[unit] = out;
      if (unit < units && row < rows) m[at] = product, h[at] = out;
    }
    __syncthreads();
  }
}

// dproducts: as in recurrent.cu, of R h and the third of R h + bm.
template <int P, int HELD>
__device__ void gru_gradient(const float4* packed, const float* dh, const float* gates, const float* m, const float* h,
                             const int* lengths, float* dgates, float* dproducts, float4* rest, int slice, int rows, int steps,
                             int units) {
  __shared__ float4 behind[2][MOST_ROWS][GATES * P / 4];
  // What goes straight on to h of the step before.
  __shared__ float carries[MOST_ROWS * P];
  __shared__ int ends[MOST_ROWS];
  Backward<P, GATES, HELD, SHARED> weights(packed, rest);
  int lane = weights.lane, unit = (int)threadIdx.x / BACKWARD_LANES * BACKWARD_UNITS + lane % BACKWARD_UNITS;
  int own = lane / BACKWARD_UNITS, first = (int)blockIdx.x * slice;
  read_ends(ends, lengths, first, rows, steps);
  __syncthreads();
  for (int t = steps - 1; t >= 0; t--) {
    for (int r = 0; r < slice; r += ROWS) {
      int row = first + r + own;
      bool is_there = unit < units && t < ends[r + own];
      i64 at = ((i64)row * steps + t) * units + unit, at_gates = (at - unit) * GATES + unit;
      float of_h = 0.0f, z = 0.0f, reset = 0.0f, a = 0.0f, product = 0.0f, before = 0.0f;
      if (is_there) {
        const float* g = gates + at_gates;
        of_h = dh[at], product = m[at];
        z = g[0], reset = g[units], a = g[2 * units];
        if (t > 0) before = h[at - units];
      }
      float sums[ROWS * BACKWARD_UNITS] = {};
      if (t < steps - 1) weights.template multiply<ROWS>(&behind[(t + 1) % 2][r], sums);
      share_backward<ROWS>(sums);
      float& carry = carries[r * P + (int)threadIdx.x];
      float of_z = 0.0f, of_reset = 0.0f, of_a = 0.0f;
      if (is_there) {
        of_h += sums[0] + (t < steps - 1 ? carry : 0.0f);
        of_a = of_h * (1.0f - z) * (1.0f - a * a);
        of_z = of_h * (before - a) * z * (1.0f - z);
        of_reset = of_a * product * reset * (1.0f - reset);
      }
      carry = is_there ? of_h * z : 0.0f;
      float* to = reinterpret_cast<float*>(behind[t % 2][r + own]) + unit;
      to[0] = of_z, to[P] = of_reset, to[2 * P] = of_a * reset;
      if (unit < units && row < rows) {
        float *d = dgates + at_gates, *p = dproducts + at_gates;
        d[0] = p[0] = of_z;
        d[units] = p[units] = of_reset;
        d[2 * units] = of_a;
        p[2 * units] = of_a * reset;
      }
    }
    __syncthreads();
  }
}

// Of so many units at most; pieces in registers forward and backward.
#define GRU(P, FORWARD, BACKWARD)                                                                                                  \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      gru_##P(const float4* packed, float* gates, const float* bias, float* m, float* h, const int* lengths, int slice,            \
                 int rows, int steps, int units) {                                                                                 \
    DYNAMIC_SHARED(float4, rest);                                                                                                  \
    gru<P, FORWARD>(packed, gates, bias, m, h, lengths, rest, slice, rows, steps, units);                                          \
  }                                                                                                                                \
  EXPORT_KERNEL(gru_##P)                                                                                                           \
  KERNEL __launch_bounds__(2 * P, 1)                                                                                               \
      gru_gradient_##P(const float4* packed, const float* dh, const float* gates, const float* m, const float* h,                  \
                          const int* lengths, float* dgates, float* dproducts, int slice, int rows, int steps, int units) {        \
    DYNAMIC_SHARED(float4, rest);                                                                                                  \
    gru_gradient<P, BACKWARD>(packed, dh, gates, m, h, lengths, dgates, dproducts, rest, slice, rows, steps, units);               \
  }                                                                                                                                \
  EXPORT_KERNEL(gru_gradient_##P)

GRU(64, 4, 3)
GRU(128, 7, 5)
