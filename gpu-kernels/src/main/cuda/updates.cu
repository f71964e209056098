// Networks: updates of the parameters. Contract: Optimizer, UpdateRule, UpdateSettings of org.sparkmlext.kernels.graph. The rules are
// in elements.cu.
//
// All in four launches without waiting for the host between them: the norm stays on the device, and the kernels that move something
// look at it first. norm: the norm of the mean gradient, then the weight that the gradient was divided by. What changes from update to
// update is read from memory (now), so that arguments never change and the launches can be recorded.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef long long i64;

enum {
  THREADS = 256,
  // Numbers of a block in the norm's sum.
  PIECE = 4096
};

#define ELEMENT(i, n)                                   \
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x; \
  if (i >= (unsigned)(n)) return

__device__ double block_sum(double value) {
  __shared__ double parts[THREADS];
  parts[threadIdx.x] = value;
  __syncthreads();
  for (unsigned half = THREADS / 2; half; half /= 2) {
    if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
    __syncthreads();
  }
  return parts[0];
}

__device__ float mean_gradient(const float* sums, unsigned i, float weight, float clip) {
  float g = sums[i] / weight;
  return g > clip ? clip : g < -clip ? -clip : g;
}

// Squares of a piece of the mean gradient. In doubles, where none overflows.
KERNEL gradient_squares(const float* sums, const float* weight, float clip, double* squares, int n) {
  double own = 0.0;
  for (int u = threadIdx.x; u < PIECE; u += THREADS) {
    unsigned i = blockIdx.x * PIECE + u;
    if (i < (unsigned)n) {
      double g = mean_gradient(sums, i, *weight, clip);
      own += g * g;
    }
  }
  own = block_sum(own);
  if (threadIdx.x == 0) squares[blockIdx.x] = own;
}
EXPORT_KERNEL(gradient_squares)

// One block.
KERNEL gradient_norm(const double* squares, const float* weight, double* norm, int pieces) {
  double own = 0.0;
  for (int i = threadIdx.x; i < pieces; i += THREADS) own += squares[i];
  own = block_sum(own);
  if (threadIdx.x == 0) norm[0] = sqrt(own), norm[1] = *weight;
}
EXPORT_KERNEL(gradient_norm)

// Whether nothing may change.
__device__ bool is_void(const double* norm) { return norm[1] == 0.0 || !(norm[0] - norm[0] == 0.0); }

// The gradient that moves a parameter: mean, clipped by value and by norm.
__device__ float gradient(const float* sums, unsigned i, const double* norm, float clip_value, float clip_norm) {
  float g = mean_gradient(sums, i, (float)norm[1], clip_value);
  return norm[0] > clip_norm ? g * (float)(clip_norm / norm[0]) : g;
}

// v: null where there is no momentum. now: the rate.
KERNEL descend(float* w, const float* sums, float* v, const double* norm, float clip_value, float clip_norm, const float* now,
               float momentum, int is_nesterov, float decay, int n) {
  ELEMENT(i, n);
  if (is_void(norm)) return;
  float g = gradient(sums, i, norm, clip_value, clip_norm) + decay * w[i];
  float step = g;
  if (v) {
    v[i] = momentum * v[i] + g;
    step = is_nesterov ? g + momentum * v[i] : v[i];
  }
  w[i] -= now[0] * step;
}
EXPORT_KERNEL(descend)

// now: the rate.
KERNEL rms_prop(float* w, const float* sums, float* v, const double* norm, float clip_value, float clip_norm, const float* now,
                float smoothing, float epsilon, float decay, int n) {
  ELEMENT(i, n);
  if (is_void(norm)) return;
  float g = gradient(sums, i, norm, clip_value, clip_norm) + decay * w[i];
  v[i] = smoothing * v[i] + (1.0f - smoothing) * (g * g);
  w[i] -= now[0] * g / (sqrtf(v[i]) + epsilon);
}
EXPORT_KERNEL(rms_prop)

// now: what decoupled decay multiplies a parameter by, rate / (1 - beta1^t), 1 / (1 - beta2^t).
KERNEL adam(float* w, const float* sums, float* m, float* v, const double* norm, float clip_value, float clip_norm,
            const float* now, float beta1, float beta2, float epsilon, float decay, int n) {
  ELEMENT(i, n);
  if (is_void(norm)) return;
  float shrink = now[0], step = now[1], inverse = now[2];
  float own = w[i] * shrink;
  float g = gradient(sums, i, norm, clip_value, clip_norm) + decay * own;
  m[i] = beta1 * m[i] + (1.0f - beta1) * g;
  v[i] = beta2 * v[i] + (1.0f - beta2) * (g * g);
  w[i] = own - step * m[i] / (sqrtf(v[i] * inverse) + epsilon);
}
EXPORT_KERNEL(adam)

// Running statistics: sums over rows, of which there are *rows.
KERNEL follow_statistics(float* state, const float* sums, const float* rows, const double* norm, float decay, int n) {
  ELEMENT(i, n);
  if (is_void(norm) || *rows == 0.0f) return;
  state[i] = decay * state[i] + (1.0f - decay) * (sums[i] / *rows);
}
EXPORT_KERNEL(follow_statistics)
