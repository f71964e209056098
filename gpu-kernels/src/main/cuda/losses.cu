// Losses and metrics. Contract: org.sparkmlext.kernels.tree.TreeKernels, PointwiseLoss, RowMetric, MetricSums; a kernel has the
// name of its Java method. The rules of this folder are in tree.cu.
//
// Doubles are computed by exactly the operations that the contract writes down, with its own exp and log and without fused
// multiply-adds, so that every device gives the same bits.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef unsigned long long u64;
typedef long long i64;

enum {
  THREADS = 256,
  // Rows of a thread.
  ROWS = 4,
  TOTALS = 4, LIMBS = 4,
  MAX_FIXED = 1 << 30
};

// In the order of PointwiseLoss.Kind.
enum { LOGISTIC, SOFTMAX, SQUARED, ABSOLUTE, HUBER, QUANTILE, POISSON, GAMMA, TWEEDIE };

// In the order of RowMetric.Kind.
enum {
  LOGLOSS, ERROR, MULTI_LOGLOSS, MULTI_ERROR, SQUARED_ERROR, ABSOLUTE_ERROR, HUBER_ERROR, PINBALL, POISSON_DEVIANCE,
  GAMMA_DEVIANCE, TWEEDIE_DEVIANCE
};

// FixedMath, operation by operation, with its tables.

// 2 to the power j/32.
__device__ const double EXP2[32] = {
    0x1p0,                0x1.059b0d3158574p0,  0x1.0b5586cf9890fp0,  0x1.11301d0125b51p0,  0x1.172b83c7d517bp0,
    0x1.1d4873168b9aap0,  0x1.2387a6e756238p0,  0x1.29e9df51fdee1p0,  0x1.306fe0a31b715p0,  0x1.371a7373aa9cbp0,
    0x1.3dea64c123422p0,  0x1.44e086061892dp0,  0x1.4bfdad5362a27p0,  0x1.5342b569d4f82p0,  0x1.5ab07dd485429p0,
    0x1.6247eb03a5585p0,  0x1.6a09e667f3bcdp0,  0x1.71f75e8ec5f74p0,  0x1.7a11473eb0187p0,  0x1.82589994cce13p0,
    0x1.8ace5422aa0dbp0,  0x1.93737b0cdc5e5p0,  0x1.9c49182a3f090p0,  0x1.a5503b23e255dp0,  0x1.ae89f995ad3adp0,
    0x1.b7f76f2fb5e47p0,  0x1.c199bdd85529cp0,  0x1.cb720dcef9069p0,  0x1.d5818dcfba487p0,  0x1.dfc97337b9b5fp0,
    0x1.ea4afa2a490dap0,  0x1.f50765b6e4540p0};

// 1 / (1 + (2j + 1) / 64), rounded.
__device__ const double INVERSE[32] = {
    0x1.f81f81f81f820p-1, 0x1.e9131abf0b767p-1, 0x1.dae6076b981dbp-1, 0x1.cd85689039b0bp-1, 0x1.c0e070381c0e0p-1,
    0x1.b4e81b4e81b4fp-1, 0x1.a98ef606a63bep-1, 0x1.9ec8e951033d9p-1, 0x1.948b0fcd6e9e0p-1, 0x1.8acb90f6bf3aap-1,
    0x1.8181818181818p-1, 0x1.78a4c8178a4c8p-1, 0x1.702e05c0b8170p-1, 0x1.6816816816817p-1, 0x1.6058160581606p-1,
    0x1.58ed2308158edp-1, 0x1.51d07eae2f815p-1, 0x1.4afd6a052bf5bp-1, 0x1.446f86562d9fbp-1, 0x1.3e22cbce4a902p-1,
    0x1.3813813813814p-1, 0x1.323e34a2b10bfp-1, 0x1.2c9fb4d812ca0p-1, 0x1.27350b8812735p-1, 0x1.21fb78121fb78p-1,
    0x1.1cf06ada2811dp-1, 0x1.1811811811812p-1, 0x1.135c81135c811p-1, 0x1.0ecf56be69c90p-1, 0x1.0a6810a6810a7p-1,
    0x1.0624dd2f1a9fcp-1, 0x1.0204081020408p-1};

// -log(INVERSE[j]).
__device__ const double LOG[32] = {
    0x1.fc0a8b0fc03c4p-7, 0x1.77458f632dcffp-5, 0x1.341d7961bd1d0p-4, 0x1.a926d3a4ad562p-4, 0x1.0d77e7cd08e5bp-3,
    0x1.44d2b6ccb7d1cp-3, 0x1.7ab890210d907p-3, 0x1.af3c94e80bff3p-3, 0x1.e27076e2af2e8p-3, 0x1.0a324e27390e2p-2,
    0x1.22941fbcf7966p-2, 0x1.3a64c556945eap-2, 0x1.51aad872df82ep-2, 0x1.686c81e9b14adp-2, 0x1.7eaf83b82afc2p-2,
    0x1.947941c2116fbp-2, 0x1.a9cec9a9a084ap-2, 0x1.beb4d9da71b7ap-2, 0x1.d32fe7e00ebd5p-2, 0x1.e744261d68789p-2,
    0x1.faf588f78f31dp-2, 0x1.0723e5c1cdf41p-1, 0x1.109f39e2d4c96p-1, 0x1.19ee6b467c96fp-1, 0x1.23130d7bebf43p-1,
    0x1.2c0e9ed448e8cp-1, 0x1.34e289d9ce1d2p-1, 0x1.3d9026a7156fbp-1, 0x1.4618bc21c5ec2p-1, 0x1.4e7d811b75bb0p-1,
    0x1.56bf9d5b3f399p-1, 0x1.5ee02a9241676p-1};

__device__ u64 bits_of(double x) { return (u64)__double_as_longlong(x); }
__device__ double of_bits(u64 bits) { return __longlong_as_double((i64)bits); }

__device__ double fixed_exp(double x) {
  double c = x < -700.0 ? -700.0 : (x > 700.0 ? 700.0 : x);
  double t = c * 0x1.71547652b82fep5 + 0x1.8p52;
  u64 k = bits_of(t);
  double steps = t - 0x1.8p52;
  double r = (c - steps * (6.93147180369123816490e-01 / 32)) - steps * (1.90821492927058770002e-10 / 32);
  double q = r * r;
  double upper = (1.0 / 24.0 + r * (1.0 / 120.0)) + q * (1.0 / 720.0);
  double p = r + q * ((0.5 + r * (1.0 / 6.0)) + q * upper);
  double head = of_bits(bits_of(EXP2[k & 31]) + ((k >> 5) << 52));
  return head + head * p;
}

__device__ double log_of_normal(double x) {
  i64 bits = (i64)bits_of(x);
  i64 e = (bits - 0x3FE6A09E00000000LL) >> 52;
  double m = of_bits((u64)bits - ((u64)e << 52));
  double f = m - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double p = 1.0 / 23.0;
  p = p * z + 1.0 / 21.0, p = p * z + 1.0 / 19.0, p = p * z + 1.0 / 17.0, p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0, p = p * z + 1.0 / 11.0, p = p * z + 1.0 / 9.0, p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0, p = p * z + 1.0 / 3.0;
  double log_m = 2.0 * s + 2.0 * s * (z * p);
  return (double)e * 6.93147180369123816490e-01 + (log_m + (double)e * 1.90821492927058770002e-10);
}

__device__ double fixed_log(double x) {
  const double infinity = of_bits(0x7FF0000000000000ULL);
  if (x >= 0x1p-1022 && x < infinity) return log_of_normal(x);
  if (x > 0 && x < 0x1p-1022) {
    return log_of_normal(x * 0x1p54) - 54 * (6.93147180369123816490e-01 + 1.90821492927058770002e-10);
  }
  return x == 0 ? -infinity : x > 0 ? x : of_bits(0x7FF8000000000000ULL);
}

__device__ double fixed_log_one_plus(double x) {
  int j = (int)bits_of((x * 0x1.ffffp4 - 0.5) + 0x1.8p52) & 31;
  double z = (1.0 + x) * INVERSE[j] - 1.0;
  double q = z * z;
  double low = (-0.5 + z * (1.0 / 3.0)) + q * (-0.25 + z * 0.2);
  double high = (-1.0 / 6.0 + z * (1.0 / 7.0)) - q * 0.125;
  return LOG[j] + (z + q * (low + (q * q) * high));
}

__device__ bool has_minus(double x) { return bits_of(x) >> 63; }

// What the classes of a row share.
struct Classes {
  // Index of the label, or -1 where it is no class.
  int label;
  double max, sum;
};

__device__ Classes classes(const float* const* scores, int num_outputs, int row, double label) {
  Classes c;
  int index = label >= 0 && label < num_outputs ? (int)label : -1;
  c.label = index >= 0 && (double)index == label ? index : -1;
  c.max = of_bits(0xFFF0000000000000ULL);
  for (int k = 0; k < num_outputs; k++) {
    double s = scores[k][row];
    // A NaN prevails.
    if (s > c.max || s != s) c.max = s;
  }
  c.sum = 0.0;
  for (int k = 0; k < num_outputs; k++) c.sum += fixed_exp((double)scores[k][row] - c.max);
  return c;
}

struct Gradient { double g, h; };

// Unweighted. factor: of SOFTMAX K / (K - 1), of POISSON exp(0.7).
__device__ Gradient gradient(int loss, double parameter, double factor, double s, double y, const Classes& c, int k) {
  double d = s - y;
  switch (loss) {
    case LOGISTIC: {
      double e = fixed_exp(has_minus(s) ? s : -s);
      double q = 1.0 / (1.0 + e);
      return Gradient{(has_minus(s) ? e : 1.0) * q - y, (e * q) * q};
    }
    case SOFTMAX: {
      double p = fixed_exp(s - c.max) * (1.0 / c.sum);
      return Gradient{k == c.label ? p - 1.0 : p, (p * (1.0 - p)) * factor};
    }
    case SQUARED: return Gradient{d, 1.0};
    case ABSOLUTE: return Gradient{d > 0 ? 1.0 : d < 0 ? -1.0 : d, 1.0};
    case HUBER: return Gradient{d > parameter ? parameter : d < -parameter ? -parameter : d, 1.0};
    case QUANTILE: return Gradient{d >= 0 ? 1.0 - parameter : -parameter, 1.0};
    case POISSON: {
      double mean = fixed_exp(s);
      return Gradient{mean - y, mean * factor};
    }
    case GAMMA: {
      double t = y * fixed_exp(-s);
      return Gradient{1.0 - t, t};
    }
    default: {
      double one = 1.0 - parameter, two = 2.0 - parameter;
      double a = y * fixed_exp(one * s), b = fixed_exp(two * s);
      return Gradient{b - a, two * b - one * a};
    }
  }
}

// Unweighted.
__device__ double metric(int kind, double parameter, const float* const* scores, int num_outputs, int row, double y,
                         const Classes& c) {
  double s = scores[0][row], d = s - y, size = d < 0 ? -d : d;
  switch (kind) {
    case LOGLOSS: {
      double e = fixed_exp(has_minus(s) ? s : -s);
      return ((has_minus(s) ? 0.0 : s) - y * s) + fixed_log_one_plus(e);
    }
    case ERROR: return (s > 0) != (y > 0.5) ? 1.0 : 0.0;
    case MULTI_LOGLOSS:
      return (c.max - (c.label < 0 ? of_bits(0x7FF8000000000000ULL) : (double)scores[c.label][row])) + fixed_log(c.sum);
    case MULTI_ERROR: {
      int winner = 0;
      double best = s;
      for (int k = 1; k < num_outputs; k++) {
        double own = scores[k][row];
        if (own > best) best = own, winner = k;
      }
      return (double)winner == y ? 0.0 : 1.0;
    }
    case SQUARED_ERROR: return d * d;
    case ABSOLUTE_ERROR: return size;
    case HUBER_ERROR: return size <= parameter ? 0.5 * size * size : parameter * (size - 0.5 * parameter);
    case PINBALL: return -d >= 0 ? parameter * -d : (parameter - 1.0) * -d;
    case POISSON_DEVIANCE: {
      double information = y > 0 ? y * (fixed_log(y) - s) : 0.0;
      return 2.0 * ((information - y) + fixed_exp(s));
    }
    case GAMMA_DEVIANCE: return 2.0 * (((s - fixed_log(y)) + y * fixed_exp(-s)) - 1.0);
    default: {
      double one = 1.0 - parameter, two = 2.0 - parameter;
      double saturated = y > 0 ? fixed_exp(two * fixed_log(y)) / (one * two) : 0.0;
      return 2.0 * ((saturated - y * fixed_exp(one * s) / one) + fixed_exp(two * s) / two);
    }
  }
}

// Adds four numbers of every thread of the block to target. All threads of the block take part.
__device__ void add_of_block(i64* sums, u64* target) {
  __shared__ i64 parts[4][THREADS / 32];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  for (int i = 0; i < 4; i++) {
    i64 sum = sums[i];
    for (int d = 16; d; d /= 2) sum += __shfl_down_sync(~0u, sum, d);
    if (lane == 0) parts[i][warp] = sum;
  }
  __syncthreads();
  if (threadIdx.x < 4) {
    i64 sum = 0;
    for (int w = 0; w < THREADS / 32; w++) sum += parts[threadIdx.x][w];
    if (sum) atomicAdd(&target[threadIdx.x], (u64)sum);
  }
  __syncthreads();
}

// MetricSums.add.
__device__ void add_limbs(double term, i64* sums) {
  double v = term <= 0x1p80 ? term : 0x1p80;
  double scaled = v * 0x1p-48;
  for (int i = 0; i < LIMBS - 1; i++) {
    i64 whole = (i64)scaled;
    sums[i] += whole;
    scaled = (scaled - (double)whole) * 0x1p32;
  }
  sums[LIMBS - 1] += (i64)rint(scaled);
}

// The rows of a thread. Loops over them are not unrolled: the formulas of all losses and metrics four times over are long to
// compile, and a driver does that when it loads them.
struct OwnRows {
  int rows[ROWS];
  double weights[ROWS];
  Classes c[ROWS];

  __device__ void find(const float* const* scores, int num_outputs, const float* labels, const float* given, int num_rows) {
#pragma unroll 1
    for (int u = 0; u < ROWS; u++) {
      int row = (int)(blockIdx.x * (THREADS * ROWS) + u * THREADS + threadIdx.x);
      rows[u] = row < num_rows ? row : -1;
      weights[u] = rows[u] >= 0 && given ? (double)given[row] : 1.0;
      c[u] = rows[u] >= 0 && num_outputs > 1 ? classes(scores, num_outputs, row, labels[row]) : Classes{-1, 0.0, 1.0};
    }
  }
};

// metrics: of each its kind and the bits of its parameter. sums: LIMBS of each metric, then of the weights.
__device__ void add_metrics(const OwnRows& own, const float* const* scores, int num_outputs, const float* labels,
                            const i64* metrics, int num_metrics, u64* sums) {
  for (int m = 0; m <= num_metrics; m++) {
    i64 limbs[LIMBS] = {0, 0, 0, 0};
#pragma unroll 1
    for (int u = 0; u < ROWS; u++) {
      int row = own.rows[u];
      double w = own.weights[u];
      if (row < 0 || !(w > 0)) continue;
      double v = w;
      if (m < num_metrics) {
        v = w * metric((int)metrics[2 * m], of_bits((u64)metrics[2 * m + 1]), scores, num_outputs, row, labels[row], own.c[u]);
      }
      add_limbs(v < 0 ? 0.0 : v, limbs);
    }
    add_of_block(limbs, sums + m * LIMBS);
  }
}

__device__ int fixed(double scaled) {
  if (scaled != scaled) return 0;
  if (scaled > MAX_FIXED) return MAX_FIXED;
  if (scaled < -MAX_FIXED) return -MAX_FIXED;
  // The sum has the whole number nearest to the value, ties to even, in its low bits.
  return (int)bits_of(scaled + 0x1.8p52);
}

// Writes a row and adds it to {g, |g|, h, rows}.
__device__ void put(double g_scaled, double h_scaled, i64* out, i64* totals) {
  int g = fixed(g_scaled), h = fixed(h_scaled);
  if (h < 1) h = 1;
  *out = (i64)((u64)(i64)g << 32 | (u64)h);
  totals[0] += g, totals[1] += g < 0 ? -(i64)g : g, totals[2] += h, totals[3]++;
}

// RowSampling.contains; true where there is no sampling.
__device__ bool is_in_bag(const i64* row_keys, int row, i64 salt, i64 threshold) {
  if (!row_keys) return true;
  u64 z = (u64)(row_keys[row] ^ salt);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return (i64)((z ^ (z >> 31)) >> 11) < threshold;
}

// A block of THREADS threads takes THREADS x ROWS rows.
//
//   scores, out     arrays of num_outputs addresses
//   weights         null: all 1
//   row_keys        null: every row is in the bag
//   g_factor, h_factor  2 to the power of the scale's exponents
//   sums            TOTALS of each output, then as add_metrics has them
KERNEL __launch_bounds__(THREADS)
    gradients(int loss, double parameter, double factor, int num_outputs, const float* const* scores, const float* labels,
              const float* weights, const i64* row_keys, i64 salt, i64 threshold, double g_factor, double h_factor,
              i64* const* out, const i64* metrics, int num_metrics, u64* sums, int num_rows) {
  OwnRows own;
  own.find(scores, num_outputs, labels, weights, num_rows);
  for (int k = 0; k < num_outputs; k++) {
    i64 totals[TOTALS] = {0, 0, 0, 0};
#pragma unroll 1
    for (int u = 0; u < ROWS; u++) {
      int row = own.rows[u];
      if (row < 0) continue;
      double w = own.weights[u];
      if (!(w > 0) || !is_in_bag(row_keys, row, salt, threshold)) {
        out[k][row] = 0;
        continue;
      }
      Gradient both = gradient(loss, parameter, factor, scores[k][row], labels[row], own.c[u], k);
      put((both.g * w) * g_factor, (both.h * w) * h_factor, &out[k][row], totals);
    }
    add_of_block(totals, sums + k * TOTALS);
  }
  add_metrics(own, scores, num_outputs, labels, metrics, num_metrics, sums + num_outputs * TOTALS);
}
EXPORT_KERNEL(gradients)

KERNEL __launch_bounds__(THREADS)
    metric_sums(int num_outputs, const float* const* scores, const float* labels, const float* weights, const i64* metrics,
                int num_metrics, u64* sums, int num_rows) {
  OwnRows own;
  own.find(scores, num_outputs, labels, weights, num_rows);
  add_metrics(own, scores, num_outputs, labels, metrics, num_metrics, sums);
}
EXPORT_KERNEL(metric_sums)

// maxima: bits of max |g| and max h, 0 before. Numbers not below 0 are ordered as their bits are, and a NaN comes last.
KERNEL __launch_bounds__(THREADS)
    max_gradients(int loss, double parameter, double factor, int num_outputs, const float* const* scores, const float* labels,
                  const float* weights, u64* maxima, int num_rows) {
  OwnRows own;
  own.find(scores, num_outputs, labels, weights, num_rows);
  u64 max_g = 0, max_h = 0;
  for (int k = 0; k < num_outputs; k++) {
#pragma unroll 1
    for (int u = 0; u < ROWS; u++) {
      int row = own.rows[u];
      if (row < 0) continue;
      Gradient both = gradient(loss, parameter, factor, scores[k][row], labels[row], own.c[u], k);
      u64 g = bits_of(both.g * own.weights[u]) & ~(1ULL << 63);
      double weighted = both.h * own.weights[u];
      u64 h = weighted > 0 || weighted != weighted ? bits_of(weighted) & ~(1ULL << 63) : 0;
      if (g > max_g) max_g = g;
      if (h > max_h) max_h = h;
    }
  }
  for (int d = 16; d; d /= 2) {
    u64 g = __shfl_down_sync(~0u, max_g, d), h = __shfl_down_sync(~0u, max_h, d);
    if (g > max_g) max_g = g;
    if (h > max_h) max_h = h;
  }
  if ((threadIdx.x & 31) == 0) {
    if (max_g) atomicMax(&maxima[0], max_g);
    if (max_h) atomicMax(&maxima[1], max_h);
  }
}
EXPORT_KERNEL(max_gradients)

// One output. A row whose gradient and hessian are both 0 counts as one of weight 0. totals: as those of gradients.
KERNEL __launch_bounds__(THREADS)
    quantize(const double* g, const double* h, const i64* row_keys, i64 salt, i64 threshold, double g_factor, double h_factor,
             i64* out, u64* totals, int num_rows) {
  i64 own[TOTALS] = {0, 0, 0, 0};
#pragma unroll 1
  for (int u = 0; u < ROWS; u++) {
    int row = (int)(blockIdx.x * (THREADS * ROWS) + u * THREADS + threadIdx.x);
    if (row >= num_rows) continue;
    if ((g[row] == 0 && h[row] == 0) || !is_in_bag(row_keys, row, salt, threshold)) {
      out[row] = 0;
    } else {
      put(g[row] * g_factor, h[row] * h_factor, &out[row], own);
    }
  }
  add_of_block(own, totals);
}
EXPORT_KERNEL(quantize)
