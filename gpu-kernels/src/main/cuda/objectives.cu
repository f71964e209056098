// Networks: softmax, losses, what was predicted right. Contract: Softmax, Loss, LossFunction, Correct of
// org.sparkmlext.kernels.graph; the formulas are the CPU's. The rules are in elements.cu.
//
// A thread a row, in doubles: a row has few predictions, and a loss is compared over epochs to its last digits. Rows of weight 0 are
// not looked at.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef long long i64;

enum { MOST = 256 };

template <class V>
__device__ V block_sum(V value, V* parts) {
  parts[threadIdx.x] = value;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half; half /= 2) {
    if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
    __syncthreads();
  }
  V sum = parts[0];
  __syncthreads();
  return sum;
}

// Largest number of the block; a NaN is passed over, as the sums of its exponentials show it.
__device__ float block_max(float value, float* parts) {
  parts[threadIdx.x] = value;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half; half /= 2) {
    if (threadIdx.x < half) parts[threadIdx.x] = fmaxf(parts[threadIdx.x], parts[threadIdx.x + half]);
    __syncthreads();
  }
  float max = parts[0];
  __syncthreads();
  return max;
}

// Softmax: a block a vector; lengths, where there are any, one a row of `vectors` vectors.
KERNEL softmax(const float* all, const int* lengths, float* to, int vectors, int width) {
  __shared__ float parts[MOST];
  const float* x = all + (i64)blockIdx.x * width;
  float* y = to + (i64)blockIdx.x * width;
  int length = lengths ? lengths[blockIdx.x / vectors] : width;
  float max = -3.402823466e38f;
  for (int k = threadIdx.x; k < length; k += blockDim.x) max = fmaxf(max, x[k]);
  max = block_max(max, parts);
  float sum = 0.0f;
  for (int k = threadIdx.x; k < length; k += blockDim.x) sum += expf(x[k] - max);
  sum = block_sum(sum, parts);
  for (int k = threadIdx.x; k < width; k += blockDim.x) y[k] = k < length ? expf(x[k] - max) / sum : 0.0f;
}
EXPORT_KERNEL(softmax)

// dx[k] = y[k] (dy[k] - sum over j of dy[j] y[j]).
KERNEL softmax_gradient(const float* dy, const float* y, float* dx, int width) {
  __shared__ float parts[MOST];
  i64 first = (i64)blockIdx.x * width;
  float sum = 0.0f;
  for (int k = threadIdx.x; k < width; k += blockDim.x) sum += dy[first + k] * y[first + k];
  sum = block_sum(sum, parts);
  for (int k = threadIdx.x; k < width; k += blockDim.x) dx[first + k] = y[first + k] * (dy[first + k] - sum);
}
EXPORT_KERNEL(softmax_gradient)

// As the host numbers them.
enum { SPARSE, FOCAL, PROBABILITIES, BINARY, FOCAL_BINARY, SQUARED, ABSOLUTE, HUBER, QUANTILE };

// A loss: what it is of, and its number (smoothing, focusing, delta). levels: those of QUANTILE.
struct Loss {
  int kind;
  double parameter;
  const float* levels;
  int num_levels;
};

// A row: its predictions, its class where the target is one, its targets where it is none.
struct Row {
  const float* x;
  int label;
  const float* t;
  int width;
  double log_sum;
};

__device__ double larger(double a, double b) { return a > b ? a : b; }
__device__ double smaller(double a, double b) { return a < b ? a : b; }
__device__ double log_sigmoid(double z) { return smaller(z, 0.0) - log1p(exp(-fabs(z))); }

__device__ bool is_of_softmax(const Loss& loss) { return loss.kind <= PROBABILITIES; }
__device__ bool has_label(const Loss& loss) { return loss.kind <= FOCAL; }

__device__ Row row_of(const Loss& loss, const float* x, const int* labels, const float* targets, int row, int width) {
  int num_targets = loss.kind == QUANTILE ? width / loss.num_levels : width;
  Row r{x + (i64)row * width, has_label(loss) ? labels[row] : -1, has_label(loss) ? nullptr : targets + (i64)row * num_targets,
        width, 0.0};
  if (is_of_softmax(loss)) {
    double max = r.x[0], sum = 0.0;
    for (int k = 1; k < width; k++) max = r.x[k] > max || r.x[k] != r.x[k] ? r.x[k] : max;
    for (int k = 0; k < width; k++) sum += exp(r.x[k] - max);
    r.log_sum = max + log(sum);
  }
  return r;
}

// 1 - p of the class, added up from the others so that it keeps its digits near 0.
__device__ double others(const Row& r) {
  double q = 0.0;
  for (int k = 0; k < r.width; k++) q += k == r.label ? 0.0 : exp(r.x[k] - r.log_sum);
  return q;
}

// Loss of one output, of those that are means over outputs.
__device__ double term(const Loss& loss, const Row& r, int k) {
  double x = r.x[k], t = loss.kind == QUANTILE ? r.t[k / loss.num_levels] : r.t[k], e = x - t;
  switch (loss.kind) {
    case BINARY: {
      double smoothed = t * (1.0 - loss.parameter) + loss.parameter / 2.0;
      return larger(x, 0.0) - x * smoothed + log1p(exp(-fabs(x)));
    }
    case FOCAL_BINARY: {
      double z = t > 0.5 ? x : -x;
      return -pow(1.0 / (1.0 + exp(z)), loss.parameter) * log_sigmoid(z);
    }
    case SQUARED: return e * e;
    case ABSOLUTE: return fabs(e);
    case HUBER: {
      double size = fabs(e);
      return size <= loss.parameter ? size * size / 2.0 : loss.parameter * (size - loss.parameter / 2.0);
    }
    default: {
      double level = loss.levels[k % loss.num_levels];
      return larger(level * -e, (level - 1.0) * -e);
    }
  }
}

// Its derivative by the prediction.
__device__ double slope(const Loss& loss, const Row& r, int k) {
  double x = r.x[k], t = loss.kind == QUANTILE ? r.t[k / loss.num_levels] : r.t[k], e = x - t;
  switch (loss.kind) {
    case BINARY: return 1.0 / (1.0 + exp(-x)) - (t * (1.0 - loss.parameter) + loss.parameter / 2.0);
    case FOCAL_BINARY: {
      double z = t > 0.5 ? x : -x;
      double rest = 1.0 / (1.0 + exp(z)), q = 1.0 / (1.0 + exp(-z));
      double down = pow(rest, loss.parameter) * (loss.parameter * q * log_sigmoid(z) - rest);
      return t > 0.5 ? down : -down;
    }
    case SQUARED: return 2.0 * e;
    case ABSOLUTE: return e > 0.0 ? 1.0 : e < 0.0 ? -1.0 : e;
    case HUBER: return larger(-loss.parameter, smaller(loss.parameter, e));
    default: {
      double level = loss.levels[k % loss.num_levels];
      return e < 0.0 ? -level : e > 0.0 ? 1.0 - level : e;
    }
  }
}

__device__ double loss_of(const Loss& loss, const Row& r) {
  double sum = 0.0;
  switch (loss.kind) {
    case SPARSE:
      if (loss.parameter > 0.0) {
        for (int k = 0; k < r.width; k++) sum += r.log_sum - r.x[k];
      }
      return (1.0 - loss.parameter) * (r.log_sum - r.x[r.label]) + loss.parameter / r.width * sum;
    case FOCAL: return pow(others(r), loss.parameter) * (r.log_sum - r.x[r.label]);
    case PROBABILITIES:
      for (int k = 0; k < r.width; k++) sum += r.t[k] == 0.0f ? 0.0 : r.t[k] * (r.log_sum - r.x[k]);
      return sum;
    default:
      for (int k = 0; k < r.width; k++) sum += term(loss, r, k);
      return sum / r.width;
  }
}

// Writes weight * derivative.
__device__ void derive(const Loss& loss, const Row& r, double weight, float* dx) {
  double total = 0.0, q = 0.0, power = 0.0, bent = 0.0;
  if (loss.kind == FOCAL) {
    double log_p = r.x[r.label] - r.log_sum;
    q = others(r), power = pow(q, loss.parameter), bent = loss.parameter * power * exp(log_p) * log_p;
  } else if (loss.kind == PROBABILITIES) {
    for (int k = 0; k < r.width; k++) total += r.t[k];
  }
  for (int k = 0; k < r.width; k++) {
    double p = is_of_softmax(loss) ? exp(r.x[k] - r.log_sum) : 0.0, d;
    switch (loss.kind) {
      case SPARSE: d = p - loss.parameter / r.width - (k == r.label ? 1.0 - loss.parameter : 0.0); break;
      case FOCAL: d = q == 0.0 ? 0.0 : k == r.label ? bent - power * q : p * power - bent * (p / q); break;
      case PROBABILITIES: d = total * p - r.t[k]; break;
      default: d = slope(loss, r, k) / r.width;
    }
    dx[k] = (float)(weight * d);
  }
}

// Weight times the share of a row that is right; targets are numbers where there are no labels.
__device__ double hits_of(const float* x, const int* labels, const float* targets, float weight, int row, int width) {
  if (weight == 0.0f) return 0.0;
  if (labels) {
    int best = 0;
    for (int k = 1; k < width; k++) best = x[k] > x[best] ? k : best;
    return weight * (double)(best == labels[row]);
  }
  int same = 0;
  for (int k = 0; k < width; k++) same += (x[k] > 0.0f) == (targets[(i64)row * width + k] > 0.5f);
  return weight * ((double)same / width);
}

// What is wanted of each row: losses, weight * loss; dx, weight * derivative; hits, see Correct. None of what is not.
KERNEL objectives_of_rows(int kind, double parameter, const float* levels, int num_levels, const float* x, const int* labels,
                          const float* targets, const float* weights, double* losses, double* hits, float* dx, int width, int rows) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  Loss loss{kind, parameter, levels, num_levels};
  float weight = weights[row];
  float* to = dx ? dx + (i64)row * width : nullptr;
  if (hits) hits[row] = hits_of(x + (i64)row * width, labels, targets, weight, row, width);
  if (weight == 0.0f) {
    if (losses) losses[row] = 0.0;
    for (int k = 0; to && k < width; k++) to[k] = 0.0f;
  } else if (losses || to) {
    Row own = row_of(loss, x, labels, targets, row, width);
    if (losses) losses[row] = weight * loss_of(loss, own);
    if (to) derive(loss, own, weight, to);
  }
}
EXPORT_KERNEL(objectives_of_rows)

template <class V>
__device__ void sum_all(const V* values, float* sum, int n, double* parts) {
  double own = 0.0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) own += values[i];
  own = block_sum(own, parts);
  if (threadIdx.x == 0) *sum = (float)own;
}

// Sums over rows of losses, weights and hits, a block each; a sum that is not wanted is none.
KERNEL sum_objectives(const double* losses, const float* weights, const double* hits, float* loss, float* weight, float* hit, int n) {
  __shared__ double parts[MOST];
  if (blockIdx.x == 0 && loss) sum_all(losses, loss, n, parts);
  if (blockIdx.x == 1 && weight) sum_all(weights, weight, n, parts);
  if (blockIdx.x == 2 && hit) sum_all(hits, hit, n, parts);
}
EXPORT_KERNEL(sum_objectives)

// Lowers `first` to the first row of some weight whose class is none of 0 to `classes` - 1.
KERNEL check_classes(const int* labels, const float* weights, int classes, int* first, int rows) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  if (weights[row] != 0.0f && (labels[row] < 0 || labels[row] >= classes)) atomicMin(first, row);
}
EXPORT_KERNEL(check_classes)
