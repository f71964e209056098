// Split search. Contract: org.sparkmlext.kernels.tree.TreeKernels.findSplits. The rules of this folder are in tree.cu.
//
// A warp looks at one feature of one node, then a warp at all features of a node. Sums are integers; gains are doubles computed
// by exactly the contract's operations in its order.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef long long i64;

enum {
  THREADS = 128,
  WARPS = THREADS / 32,
  // Numbers of a candidate: bits of its gain, 2 x bin + (missing values go left), hessian sums left and right. No split: -1 in
  // the place of the second.
  CANDIDATE = 4,
  NONE = 0x7FFFFFFF
};

struct Sums {
  i64 g, h, n;
  __device__ void add(const Sums& other) { g += other.g, h += other.h, n += other.n; }
};

__device__ Sums cell(const i64* cells, int bin, int width) {
  const i64* at = cells + (size_t)bin * width;
  return Sums{at[0], at[1], width == 3 ? at[2] : 0};
}

__device__ Sums difference(const Sums& a, const Sums& b) { return Sums{a.g - b.g, a.h - b.h, a.n - b.n}; }

struct Rules {
  double lambda_l2, lambda_l1, min_gain, min_weight;
  i64 min_rows;
  double g_unit, h_unit;

  __device__ double shrunk(double g) const {
    if (lambda_l1 == 0) return g;
    double size = (g < 0 ? -g : g) - lambda_l1;
    return size > 0 ? (g < 0 ? -size : size) : 0.0;
  }

  // T(G)^2 / (H + lambda).
  __device__ double score(const Sums& sums) const {
    double t = shrunk((double)sums.g * g_unit);
    double denominator = (double)sums.h * h_unit + lambda_l2;
    return denominator > 0 ? t * t / denominator : 0.0;
  }

  __device__ bool allows(const Sums& side) const {
    return side.h > 0 && (double)side.h * h_unit >= min_weight && side.n >= min_rows;
  }
};

struct Best {
  double gain;
  // 2 x bin + side: of equal gains the least wins.
  int key;
  i64 left;

  __device__ void offer(const Rules& rules, const Sums& all, const Sums& on_left, double parent, int candidate) {
    Sums on_right = difference(all, on_left);
    if (!rules.allows(on_left) || !rules.allows(on_right)) return;
    double own = (rules.score(on_left) + rules.score(on_right)) - parent;
    if (own > gain) gain = own, key = candidate, left = on_left.h;
  }
};

// Whether a candidate is better; NONE is the largest key and has the least gain that counts for nothing.
__device__ bool is_better(double gain, int key, double other_gain, int other_key) {
  if (key == NONE || other_key == NONE) return key < other_key;
  return gain > other_gain || (gain == other_gain && key < other_key);
}

// The best candidate of a warp, known to all its lanes.
__device__ void take_best(double& gain, int& key) {
  for (int d = 16; d; d /= 2) {
    double other_gain = __shfl_xor_sync(~0u, gain, d);
    int other_key = __shfl_xor_sync(~0u, key, d);
    if (is_better(other_gain, other_key, gain, key)) gain = other_gain, key = other_key;
  }
}

// Warp i looks at feature features[i] of the histogram in slot slots[i].
//
//   width     numbers of a bin: 3 with counts, else 2
//   offsets   BinLayout.offset(0 .. num_features)
//   min_rows  0 where there are no counts
KERNEL __launch_bounds__(THREADS)
    find_splits(const i64* all, int slot_length, int width, const int* offsets, const int* slots, const int* features,
                int num_pairs, double lambda_l2, double lambda_l1, double min_gain, double min_weight, int min_rows,
                double g_unit, double h_unit, i64* candidates) {
  int pair = (int)blockIdx.x * WARPS + (int)(threadIdx.x >> 5), lane = threadIdx.x & 31;
  if (pair >= num_pairs) return;
  Rules rules{lambda_l2, lambda_l1, min_gain, min_weight, min_rows, g_unit, h_unit};
  int offset = offsets[features[pair]], num_bins = offsets[features[pair] + 1] - offset - 1;
  const i64* cells = all + (size_t)slots[pair] * slot_length + (size_t)offset * width;
  // A lane has a run of bins.
  int run = (num_bins + 31) / 32;
  int begin = lane * run < num_bins ? lane * run : num_bins;
  int end = begin + run < num_bins ? begin + run : num_bins;
  Sums own{0, 0, 0};
  for (int bin = begin; bin < end; bin++) own.add(cell(cells, bin, width));
  Sums up_to{own.g, own.h, own.n};
  for (int d = 1; d < 32; d *= 2) {
    Sums other{__shfl_up_sync(~0u, up_to.g, d), __shfl_up_sync(~0u, up_to.h, d), __shfl_up_sync(~0u, up_to.n, d)};
    if (lane >= d) up_to.add(other);
  }
  Sums total{__shfl_sync(~0u, up_to.g, 31), __shfl_sync(~0u, up_to.h, 31), __shfl_sync(~0u, up_to.n, 31)};
  Sums missing = cell(cells, num_bins, width);
  total.add(missing);
  bool has_missing = missing.g != 0 || missing.h != 0;
  double parent = rules.score(total);
  Best best{min_gain, NONE, 0};
  Sums present = difference(up_to, own);
  for (int bin = begin; bin < end; bin++) {
    present.add(cell(cells, bin, width));
    best.offer(rules, total, present, parent, 2 * bin);
    if (has_missing && bin < num_bins - 1) {
      Sums both = present;
      both.add(missing);
      best.offer(rules, total, both, parent, 2 * bin + 1);
    }
  }
  double gain = best.gain;
  int key = best.key;
  take_best(gain, key);
  i64* out = candidates + (size_t)pair * CANDIDATE;
  if (key == NONE) {
    if (lane == 0) out[0] = 0, out[1] = -1, out[2] = 0, out[3] = 0;
  } else if (key == best.key) {
    // Where the node misses no value, an unseen missing one follows the larger side.
    i64 right = total.h - best.left;
    out[0] = __double_as_longlong(gain);
    out[1] = has_missing ? key : key + (best.left >= right ? 1 : 0);
    out[2] = best.left;
    out[3] = right;
  }
}
EXPORT_KERNEL(find_splits)

// Warp i chooses among candidates [first_pairs[i], first_pairs[i + 1]), whose features ascend. best: the number of the pair, -1
// for none, and its candidate.
KERNEL __launch_bounds__(THREADS) best_splits(const i64* candidates, const int* first_pairs, int num_tasks, i64* best) {
  int task = (int)blockIdx.x * WARPS + (int)(threadIdx.x >> 5), lane = threadIdx.x & 31;
  if (task >= num_tasks) return;
  double gain = 0;
  int key = NONE;
  for (int pair = first_pairs[task] + lane; pair < first_pairs[task + 1]; pair += 32) {
    const i64* candidate = candidates + (size_t)pair * CANDIDATE;
    double own = __longlong_as_double(candidate[0]);
    if (candidate[1] >= 0 && is_better(own, pair, gain, key)) gain = own, key = pair;
  }
  take_best(gain, key);
  i64* out = best + (size_t)task * (CANDIDATE + 1);
  if (lane == 0) out[0] = key == NONE ? -1 : key;
  if (lane < CANDIDATE) out[lane + 1] = key == NONE ? 0 : candidates[(size_t)key * CANDIDATE + lane];
}
EXPORT_KERNEL(best_splits)
