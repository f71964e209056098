// Rows: their bins, their partition, what is summed over leaves and added to scores. Contract:
// org.sparkmlext.kernels.tree.TreeKernels. The rules of this folder are in tree.cu.
//
// A piece is a run of positions of one node. Pieces come as one array: begins, ends and nodes of all of them, one after another.
// order: the row at each position; null where that is the position itself.

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#endif

typedef unsigned long long u64;
typedef long long i64;

enum {
  THREADS = 256,
  WARPS = THREADS / 32,
  // The most positions of a piece that is partitioned, and the words of its marks.
  TILE = 2048,
  TILE_WORDS = TILE / 32,
  WARP_WORDS = TILE_WORDS / WARPS
};

// Puts a block of rows, [first, first + count), among all of them, in both layouts: a thread puts 16 bytes (y) of a row (x).
//
//   block      its bins, column after column: row i's of feature f is block[f * count + i]
//   columns    bin of row r and feature f: columns[f * num_rows + r]
//   row_bytes  a multiple of 16; bytes beyond the features become 0
KERNEL __launch_bounds__(THREADS) place_rows(const unsigned char* block, int num_rows, int num_features, int row_bytes,
                                             int first, int count, unsigned char* columns, unsigned char* rows) {
  int i = (int)(blockIdx.x * THREADS + threadIdx.x);
  if (i >= count) return;
  int row = first + i;
  unsigned words[4] = {0, 0, 0, 0};
#pragma unroll
  for (int k = 0; k < 16; k++) {
    int feature = (int)blockIdx.y * 16 + k;
    if (feature < num_features) {
      unsigned char bin = block[(size_t)feature * count + i];
      columns[(size_t)feature * num_rows + row] = bin;
      words[k / 4] |= (unsigned)bin << (8 * (k % 4));
    }
  }
  *reinterpret_cast<uint4*>(rows + (size_t)row * row_bytes + blockIdx.y * 16) = uint4{words[0], words[1], words[2], words[3]};
}
EXPORT_KERNEL(place_rows)

// Puts every row at the position of its own number.
KERNEL __launch_bounds__(THREADS) reset(int* order, int num_rows) {
  int i = (int)(blockIdx.x * THREADS + threadIdx.x);
  if (i < num_rows) order[i] = i;
}
EXPORT_KERNEL(reset)

// Dense bins, column by column.
struct ColumnBins {
  const unsigned char* columns;
  size_t num_rows;
  __device__ int bin(int row, int feature) const { return columns[feature * num_rows + row]; }
};

// Dense bins, row by row.
struct RowBins {
  const unsigned char* rows;
  size_t row_bytes;
  __device__ int bin(int row, int feature) const { return rows[row * row_bytes + feature]; }
};

// Stored bins: of row r stored[starts[r] .. starts[r + 1]), each offset(feature) + bin, ascending.
struct StoredBins {
  const i64* starts;
  const int* stored;
  const int* absent;
  const int* offsets;
  __device__ int bin(int row, int feature) const {
    int from = offsets[feature];
    i64 low = starts[row], end = starts[row + 1], high = end;
    while (low < high) {
      i64 middle = (low + high) / 2;
      if (stored[middle] < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < end && stored[low] < offsets[feature + 1] ? stored[low] - from : absent[feature];
  }
};

// Stable partition of nodes in four launches: marks and counts of pieces, a scan of the counts, the move, the way back.
//
//   splits  of each node its feature, last left bin, bin of missing values, and whether these go left
//   marks   TILE_WORDS words a piece, bit i of word w: position begin + 32 w + i goes left
//   counts  rows of each piece that go left
template <class Bins>
__device__ void mark_left(Bins bins, const int* splits, const int* order, const int* pieces, int num_pieces, unsigned* marks,
                          int* counts) {
  __shared__ int sums[WARPS];
  int piece = (int)blockIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int begin = pieces[piece], end = pieces[num_pieces + piece];
  const int* split = splits + 4 * pieces[2 * num_pieces + piece];
  int feature = split[0], last = split[1], missing = split[2];
  bool is_missing_left = split[3] != 0;
  int sum = 0;
#pragma unroll
  for (int i = 0; i < WARP_WORDS; i++) {
    int position = begin + (warp * WARP_WORDS + i) * 32 + lane;
    bool is_left = false;
    if (position < end) {
      int bin = bins.bin(order ? order[position] : position, feature);
      is_left = bin == missing ? is_missing_left : bin <= last;
    }
    unsigned mask = __ballot_sync(~0u, is_left);
    if (lane == 0) marks[(size_t)piece * TILE_WORDS + warp * WARP_WORDS + i] = mask;
    sum += __popc(mask);
  }
  if (lane == 0) sums[warp] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    int all = 0;
    for (int w = 0; w < WARPS; w++) all += sums[w];
    counts[piece] = all;
  }
}

KERNEL __launch_bounds__(THREADS)
    mark_left_dense(const unsigned char* columns, int num_rows, const int* splits, const int* order, const int* pieces,
                    int num_pieces, unsigned* marks, int* counts) {
  mark_left(ColumnBins{columns, (size_t)num_rows}, splits, order, pieces, num_pieces, marks, counts);
}
EXPORT_KERNEL(mark_left_dense)

KERNEL __launch_bounds__(THREADS)
    mark_left_sparse(const i64* starts, const int* stored, const int* absent, const int* offsets, const int* splits,
                     const int* order, const int* pieces, int num_pieces, unsigned* marks, int* counts) {
  mark_left(StoredBins{starts, stored, absent, offsets}, splits, order, pieces, num_pieces, marks, counts);
}
EXPORT_KERNEL(mark_left_sparse)

// The sum of values of the lanes up to and with this one.
__device__ int sum_up_to_lane(int value) {
  int lane = threadIdx.x & 31;
  for (int d = 1; d < 32; d *= 2) {
    int other = __shfl_up_sync(~0u, value, d);
    if (lane >= d) value += other;
  }
  return value;
}

// before[i] = sum of counts[0 .. i), for i up to num_pieces. One block.
KERNEL __launch_bounds__(THREADS) scan_counts(const int* counts, int num_pieces, int* before) {
  __shared__ int sums[WARPS];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int carry = 0;
  for (int first = 0; first <= num_pieces; first += THREADS) {
    int i = first + (int)threadIdx.x;
    int value = i < num_pieces ? counts[i] : 0;
    int sum = sum_up_to_lane(value);
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    int lower = 0, all = 0;
    for (int w = 0; w < WARPS; w++) {
      if (w < warp) lower += sums[w];
      all += sums[w];
    }
    if (i <= num_pieces) before[i] = carry + lower + sum - value;
    carry += all;
    __syncthreads();
  }
}
EXPORT_KERNEL(scan_counts)

// nodes: of each its first piece, the piece after its last one, and its first position. moved: as order, written at the
// positions of the nodes.
KERNEL __launch_bounds__(THREADS)
    move_rows(const int* order, const int* pieces, int num_pieces, const int* nodes, const unsigned* marks, const int* before,
              int* moved) {
  __shared__ unsigned words[TILE_WORDS];
  __shared__ int word_before[TILE_WORDS];
  int piece = (int)blockIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int begin = pieces[piece], end = pieces[num_pieces + piece];
  const int* node = nodes + 3 * pieces[2 * num_pieces + piece];
  int node_left = before[node[1]] - before[node[0]];
  int piece_left = before[piece] - before[node[0]];
  if (warp == 0) {
    int carry = 0;
    for (int w = lane; w < TILE_WORDS; w += 32) {
      unsigned mask = marks[(size_t)piece * TILE_WORDS + w];
      int value = __popc(mask), sum = sum_up_to_lane(value);
      words[w] = mask;
      word_before[w] = carry + sum - value;
      carry += __shfl_sync(~0u, sum, 31);
    }
  }
  __syncthreads();
#pragma unroll
  for (int i = 0; i < WARP_WORDS; i++) {
    int w = warp * WARP_WORDS + i, position = begin + w * 32 + lane;
    if (position >= end) continue;
    int left = piece_left + word_before[w] + __popc(words[w] & ((1u << lane) - 1));
    bool is_left = words[w] >> lane & 1;
    int to = node[2] + (is_left ? left : node_left + (position - node[2] - left));
    moved[to] = order ? order[position] : position;
  }
}
EXPORT_KERNEL(move_rows)

// Copies the positions of pieces.
KERNEL __launch_bounds__(THREADS) copy_pieces(const int* from, const int* pieces, int num_pieces, int* to) {
  int end = pieces[num_pieces + blockIdx.x];
  for (int i = pieces[blockIdx.x] + (int)threadIdx.x; i < end; i += THREADS) to[i] = from[i];
}
EXPORT_KERNEL(copy_pieces)

// sums: G and H of each leaf, added to.
KERNEL __launch_bounds__(THREADS)
    leaf_sums(const i64* gradients, const int* order, const int* pieces, int num_pieces, u64* sums) {
  __shared__ i64 parts[2][WARPS];
  int begin = pieces[blockIdx.x], end = pieces[num_pieces + blockIdx.x];
  u64* target = sums + 2 * (size_t)pieces[2 * num_pieces + blockIdx.x];
  i64 g = 0, h = 0;
  for (int i = begin + (int)threadIdx.x; i < end; i += THREADS) {
    i64 packed = gradients[order ? order[i] : i];
    g += packed >> 32;
    h += packed & 0xFFFFFFFFLL;
  }
  for (int d = 16; d; d /= 2) g += __shfl_down_sync(~0u, g, d), h += __shfl_down_sync(~0u, h, d);
  if ((threadIdx.x & 31) == 0) parts[0][threadIdx.x >> 5] = g, parts[1][threadIdx.x >> 5] = h;
  __syncthreads();
  if (threadIdx.x < 2) {
    i64 sum = 0;
    for (int w = 0; w < WARPS; w++) sum += parts[threadIdx.x][w];
    atomicAdd(&target[threadIdx.x], (u64)sum);
  }
}
EXPORT_KERNEL(leaf_sums)

// A thread is a row of one of the leaves.
//
//   leaves  of each its first position, then of each and after the last one: rows of the leaves before it
//   values  of each leaf the bits of its float
KERNEL __launch_bounds__(THREADS)
    add_leaf_values(const int* order, const int* leaves, const int* values, int num_leaves, float* scores) {
  const int* before = leaves + num_leaves;
  int i = (int)(blockIdx.x * THREADS + threadIdx.x);
  if (i >= before[num_leaves]) return;
  int low = 0, high = num_leaves;
  // The last leaf with no more than i rows before it.
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (before[middle] <= i) {
      low = middle;
    } else {
      high = middle;
    }
  }
  int position = leaves[low] + (i - before[low]);
  scores[order ? order[position] : position] += __int_as_float(values[low]);
}
EXPORT_KERNEL(add_leaf_values)

// tree: features, last left bins, 1 where missing values go left, left children, right children, bits of values; num_nodes each.
template <class Bins>
__device__ void add_tree(Bins bins, const int* offsets, const int* tree, int num_nodes, int num_rows, float* scores) {
  int row = (int)(blockIdx.x * THREADS + threadIdx.x);
  if (row >= num_rows) return;
  int node = 0;
  for (int feature = tree[0]; feature >= 0; feature = tree[node]) {
    int bin = bins.bin(row, feature);
    int missing = offsets[feature + 1] - offsets[feature] - 1;
    bool is_left = bin == missing ? tree[2 * num_nodes + node] != 0 : bin <= tree[num_nodes + node];
    node = tree[(is_left ? 3 : 4) * num_nodes + node];
  }
  scores[row] += __int_as_float(tree[5 * num_nodes + node]);
}

KERNEL __launch_bounds__(THREADS) add_tree_dense(const unsigned char* rows, int row_bytes, const int* offsets, const int* tree,
                                                 int num_nodes, int num_rows, float* scores) {
  add_tree(RowBins{rows, (size_t)row_bytes}, offsets, tree, num_nodes, num_rows, scores);
}
EXPORT_KERNEL(add_tree_dense)

KERNEL __launch_bounds__(THREADS)
    add_tree_sparse(const i64* starts, const int* stored, const int* absent, const int* offsets, const int* tree, int num_nodes,
                    int num_rows, float* scores) {
  add_tree(StoredBins{starts, stored, absent, offsets}, offsets, tree, num_nodes, num_rows, scores);
}
EXPORT_KERNEL(add_tree_sparse)

// tasks: of each its prefix, the prefix's bits, the digit's bits and where its counts begin. factor: 2 to the power of the
// weights' exponent. weights: null where all are 1.
KERNEL __launch_bounds__(THREADS)
    residual_counts(const int* order, const float* scores, const float* labels, const float* weights, double factor,
                    const int* pieces, int num_pieces, const int* tasks, u64* counts) {
  int begin = pieces[blockIdx.x], end = pieces[num_pieces + blockIdx.x];
  const int* task = tasks + 4 * pieces[2 * num_pieces + blockIdx.x];
  int rest = 32 - task[1], digit_bits = task[2];
  for (int i = begin + (int)threadIdx.x; i < end; i += THREADS) {
    int row = order ? order[i] : i;
    float residual = (labels[row] - scores[row]) + 0.0f;
    int bits = residual != residual ? 0x7FC00000 : __float_as_int(residual);
    u64 key = (unsigned)(bits ^ ((bits >> 31) | (int)0x80000000));
    if (key >> rest != (unsigned)task[0]) continue;
    double w = weights ? (double)weights[row] : 1.0;
    if (!(w > 0)) continue;
    int digit = (int)(key >> (rest - digit_bits)) & ((1 << digit_bits) - 1);
    atomicAdd(&counts[task[3] + digit], (u64)(i64)rint(w * factor));
  }
}
EXPORT_KERNEL(residual_counts)
