// Convolutions of pixels, and dense layers as convolutions of single ones, by tensor cores, for numbers of either precision: what
// convolutions.cu and convolutions_float32.cu share. Contract: Conv2d and Dense of org.sparkmlext.kernels.graph.
//
// Images lie channels last, [row, height, width, channel], the channels a multiple of 8 of which the last may be padding, all zeros.
// A convolution is a product of matrices whose left one is not built: a block brings the pixels under a tap of the window, and the
// weights of that tap, to shared memory while it multiplies those it has brought before. Sums are float32 and have one order, which the
// sizes alone decide.
#pragma once

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define KERNEL extern "C" __global__ void
#define EXPORT_KERNEL(name)
#define DYNAMIC_SHARED(type, name) extern __shared__ __align__(128) unsigned char shared_bytes_of_block[]; type* name = (type*)shared_bytes_of_block
#endif

#include "tensor_tiles.cuh"
#include "tf32_tiles.cuh"

typedef long long i64;

// Division by a number that the host knows, of numbers below 2^31: a product's upper half, shifted.
struct Divisor {
  int by;
  unsigned factor;
  int shift;
  __device__ int of(int number) const {
    return by == 1 ? number : (int)((unsigned)(((unsigned long long)(unsigned)number * factor) >> 32) >> shift);
  }
};

// Which pixels of `source` a pixel of the result is a sum over. Forward: row i of the result looks at rows
// i * stride - pad + u * dilation of the source. In the gradient of images, for a stride of 1 only, the source is the output's gradient: row i
// looks at rows i + pad - u * dilation.
struct Gather {
  int rows, height, width, channels;
  int result_height, result_width, outputs;
  int kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left, dilation_height, dilation_width;
  int is_gradient;
  Divisor by_area, by_width;
  __device__ int taps() const { return kernel_height * kernel_width; }
  __device__ int pixels() const { return rows * result_height * result_width; }
};

// Where the window of a result's pixel begins in the source.
struct Place {
  int row, top, left;
};

__device__ __forceinline__ Place place_of(const Gather& g, int pixel) {
  int row = g.by_area.of(pixel), p = pixel - row * g.by_area.by, i = g.by_width.of(p), j = p - i * g.by_width.by;
  if (g.is_gradient) return Place{row, i + g.pad_top, j + g.pad_left};
  return Place{row, i * g.stride_height - g.pad_top, j * g.stride_width - g.pad_left};
}

// The channels from `channel` on of the source under tap (u, v) of a window, forward; null where there is no pixel.
template <class E>
__device__ __forceinline__ const E* under(const Gather& g, const E* source, const Place& place, int u, int v, int channel) {
  int h = place.top + u * g.dilation_height, w = place.left + v * g.dilation_width;
  if ((unsigned)h >= (unsigned)g.height || (unsigned)w >= (unsigned)g.width) return nullptr;
  return source + ((i64)(place.row * g.height + h) * g.width + w) * g.channels + channel;
}

// The order of the inner axis: 64 channels under all taps, then the next 64, so that what a block reads again under the next tap is still
// near; where the channels are no multiple of 64, all of them under a tap, then the next tap.
enum { CHUNK = 64 };

// One thread's part of bringing pieces of the source and the weights to shared memory: the same eight numbers of each line. Windows of at most 32
// taps only, whose places are a bit each, and whose distance from the first is the same for all pixels.
template <class T>
struct Feed {
  enum { VECTOR = T::VECTOR, VECTORS = T::INNER / VECTOR, LINES = T::THREADS / VECTORS, ROW_LINES = T::ROWS / LINES, COLUMN_LINES = T::COLUMNS / LINES };
  typedef typename T::Element E;
  static_assert(T::ROWS % LINES == 0 && T::COLUMNS % LINES == 0 && LINES % 8 == 0, "threads share the lines evenly, in their pattern");
  static_assert(T::INNER == 32 || T::INNER == 64, "pieces divide a chunk");
  const E* first[ROW_LINES];
  unsigned places[ROW_LINES];
  const E* weights;
  int u, v, channel, position, inner;

  __device__ __forceinline__ void begin(const Gather& g, const E* source, const E* all_weights, int first_row, int first_column) {
    int line = threadIdx.x / VECTORS, pixels = g.pixels(), direction = g.is_gradient ? -1 : 1;
#pragma unroll
    for (int i = 0; i < ROW_LINES; i++) {
      int pixel = first_row + line + i * LINES;
      Place place = place_of(g, pixel < pixels ? pixel : 0);
      first[i] = source + ((i64)(place.row * g.height + place.top) * g.width + place.left) * g.channels;
      places[i] = 0;
      if (pixel < pixels) {
        for (int tap = 0, u = 0; u < g.kernel_height; u++) {
          bool is_row = (unsigned)(place.top + direction * u * g.dilation_height) < (unsigned)g.height;
          for (int v = 0; v < g.kernel_width; v++, tap++) {
            bool is_there = is_row && (unsigned)(place.left + direction * v * g.dilation_width) < (unsigned)g.width;
            places[i] |= (unsigned)is_there << tap;
          }
        }
      }
    }
    inner = g.taps() * g.channels;
    u = 0, v = 0, position = threadIdx.x % VECTORS * VECTOR, channel = position;
    weights = all_weights + (i64)(first_column + line) * inner + position;
    if (g.channels % CHUNK) settle(g);
  }

  __device__ __forceinline__ void settle(const Gather& g) {
    while (channel >= g.channels) {
      channel -= g.channels;
      if (++v == g.kernel_width) v = 0, u++;
    }
  }

  // Starts the copies of a piece and goes on to the next one.
  __device__ __forceinline__ void bring(const Gather& g, const E* source, int first_column, E* stage) {
    int line = threadIdx.x / VECTORS, vector = threadIdx.x % VECTORS;
    bool is_tap = position < inner;
    unsigned place = is_tap ? 1u << (u * g.kernel_width + v) : 0u;
    int away = (u * g.dilation_height * g.width + v * g.dilation_width) * g.channels;
    away = (g.is_gradient ? -away : away) + channel;
    E* left = stage + line_at<T, T::INNER>(line, vector);
#pragma unroll
    for (int i = 0; i < ROW_LINES; i++) {
      bool is_there = places[i] & place;
      copy_async<true>(left + i * LINES * T::INNER, is_there ? first[i] + away : source, is_there);
    }
    E* right = left + T::ROWS * T::INNER;
#pragma unroll
    for (int i = 0; i < COLUMN_LINES; i++) {
      bool is_there = is_tap && first_column + line + i * LINES < g.outputs;
      copy_async<false>(right + i * LINES * T::INNER, is_there ? weights + (i64)i * LINES * inner : source, is_there);
    }
    position += T::INNER, weights += T::INNER;
    if (g.channels % CHUNK) {
      channel += T::INNER;
      settle(g);
    } else if (position % CHUNK >= T::INNER) {
      channel += T::INNER;
    } else {
      channel = channel - channel % CHUNK + position % CHUNK;
      if (++v == g.kernel_width) {
        v = 0;
        if (++u == g.kernel_height) u = 0, channel += CHUNK;
      }
    }
  }
};

// Of each of the first `columns` columns of a tile in shared memory, over its first `rows` rows: the mean, and `outputs` further the sum of
// squared deviations from it. Threads share a column; each has rows beside each other, two columns at once.
template <class T, int LINE>
__device__ __forceinline__ void write_statistics(typename T::Element* tile, float* statistics, int outputs, int rows, int columns) {
  enum { PAIRS = T::COLUMNS / 2, PARTS = T::THREADS / PAIRS, LENGTH = T::ROWS / PARTS };
  int pair = threadIdx.x % PAIRS, part = threadIdx.x / PAIRS, begin = part * LENGTH;
  int count = rows - begin < LENGTH ? rows - begin : (int)LENGTH;
  // Deviations from the first number lose no digits where the mean is far from 0.
  auto first = load_pair(tile + begin * LINE + 2 * pair);
  float sums[2] = {}, squares[2] = {};
#pragma unroll 8
  for (int i = 0; i < count; i++) {
    auto both = load_pair(tile + (begin + i) * LINE + 2 * pair);
    float low = low_of(both) - low_of(first), high = high_of(both) - high_of(first);
    sums[0] += low, squares[0] += low * low;
    sums[1] += high, squares[1] += high * high;
  }
  __syncthreads();
  float* parts = (float*)tile;
  float length = (float)(count > 0 ? count : 1);
  for (int i = 0; i < 2; i++) {
    parts[(part * T::COLUMNS + 2 * pair + i) * 2] = (i ? high_of(first) : low_of(first)) + sums[i] / length;
    parts[(part * T::COLUMNS + 2 * pair + i) * 2 + 1] = squares[i] - sums[i] * (sums[i] / length);
  }
  __syncthreads();
  for (int column = threadIdx.x; column < T::COLUMNS && column < columns; column += T::THREADS) {
    float mean = parts[column * 2], deviations = parts[column * 2 + 1];
    for (int p = 1; p < PARTS && p * LENGTH < rows; p++) {
      float before = (float)(p * LENGTH), more = (float)(rows - p * LENGTH < LENGTH ? rows - p * LENGTH : (int)LENGTH);
      float apart = parts[(p * T::COLUMNS + column) * 2] - mean;
      mean += apart * (more / (before + more));
      deviations += parts[(p * T::COLUMNS + column) * 2 + 1] + apart * apart * (before * more / (before + more));
    }
    statistics[column] = mean;
    statistics[outputs + column] = deviations;
  }
}

// outputs: with padding; those before `biases` are none. result[pixel][output] = bias[output] + sum over taps and channels of source times weights[output][tap][channel]. With `statistics`: for each
// tile of rows the means of what was stored, a number each output, then the sums of squared deviations from them.
template <class T>
__device__ void gather(const typename T::Element* source, const typename T::Element* weights, const float* bias, int biases, typename T::Element* result, float* statistics, const Gather& g) {
  typedef typename T::Element E;
  DYNAMIC_SHARED(E, shared);
  int across = (g.outputs + T::COLUMNS - 1) / T::COLUMNS;
  int tile = blockIdx.x / across, first_row = tile * T::ROWS, first_column = (int)(blockIdx.x % across) * T::COLUMNS;
  int warp = threadIdx.x / WARP_LANES, lane = threadIdx.x % WARP_LANES;
  int warp_row = warp / T::ACROSS * T::WARP_ROWS, warp_column = warp % T::ACROSS * T::WARP_COLUMNS;
  int pieces = (g.taps() * g.channels + T::INNER - 1) / T::INNER;
  Feed<T> feed;
  feed.begin(g, source, weights, first_row, first_column);
  Sums<T> sums = {};
  int brought = 0;
#pragma unroll
  for (; brought < T::STAGES - 1; brought++) {
    if (brought < pieces) feed.bring(g, source, first_column, shared + brought * T::STAGE);
    commit_copies();
  }
  for (int piece = 0; piece < pieces; piece++, brought++) {
    wait_for_copies<T::STAGES - 2>();
    __syncthreads();
    // Into the stage that all have left before the barrier.
    if (brought < pieces) feed.bring(g, source, first_column, shared + brought % T::STAGES * T::STAGE);
    commit_copies();
    const E* stage = shared + piece % T::STAGES * T::STAGE;
    add_lines<T>(sums, stage, stage + T::ROWS * T::INNER, warp_row, warp_column);
  }
  wait_for_copies<0>();
  __syncthreads();

  // Through shared memory, so that neighbours in memory are written together. Eight numbers more a line, against bank conflicts.
  enum { VECTOR = T::VECTOR, LINE = T::COLUMNS + 8 };
  static_assert(T::ROWS * LINE <= T::STAGES * T::STAGE, "the result fits where the stages lie");
#pragma unroll
  for (int i = 0; i < T::DOWN_TILES; i++) {
#pragma unroll
    for (int j = 0; j < T::ACROSS_TILES; j++) {
      int row = warp_row + i * 16 + lane / 4, column = warp_column + j * 8 + lane % 4 * 2;
      // Padding is 0 whatever was summed up: an infinity times 0 is not.
      bool is_low = first_column + column < biases, is_high = first_column + column + 1 < biases;
      float low = bias && is_low ? bias[first_column + column] : 0.0f, high = bias && is_high ? bias[first_column + column + 1] : 0.0f;
#pragma unroll
      for (int e = 0; e < 4; e += 2) {
        store_pair(shared + (row + e / 2 * 8) * LINE + column, is_low ? sums.of[i][j][e] + low : 0.0f,
                   is_high ? sums.of[i][j][e + 1] + high : 0.0f);
      }
    }
  }
  __syncthreads();
  int rows = g.pixels() - first_row < T::ROWS ? g.pixels() - first_row : (int)T::ROWS;
  for (int i = threadIdx.x; i < T::ROWS * T::COLUMNS / VECTOR; i += T::THREADS) {
    int row = i / (T::COLUMNS / VECTOR), column = i % (T::COLUMNS / VECTOR) * VECTOR;
    if (row < rows && first_column + column < g.outputs) {
      *(uint4*)(result + (i64)(first_row + row) * g.outputs + first_column + column) = *(const uint4*)(shared + row * LINE + column);
    }
  }
  if (statistics) write_statistics<T, LINE>(shared, statistics + (i64)tile * 2 * g.outputs + first_column, g.outputs, rows, g.outputs - first_column);
}

// piece[output][tap][channel] = sum over a piece of the pixels of dy[pixel][output] times the source under the tap. Along x of the grid tiles,
// along z pieces; piece z goes to `result` + z * outputs * taps * channels. `outputs` are those of dy.
template <class T>
__device__ void gather_weights(const typename T::Element* source, const typename T::Element* dy, float* result, const Gather& g, int length) {
  typedef typename T::Element E;
  DYNAMIC_SHARED(E, shared);
  enum { VECTOR = T::VECTOR, LEFT_VECTORS = T::ROWS / VECTOR, RIGHT_VECTORS = T::COLUMNS / VECTOR };
  enum { LEFT_LINES = T::THREADS / LEFT_VECTORS, RIGHT_LINES = T::THREADS / RIGHT_VECTORS };
  static_assert(T::THREADS % LEFT_VECTORS == 0 && T::INNER % LEFT_LINES == 0, "threads share the lines evenly");
  static_assert(T::THREADS % RIGHT_VECTORS == 0 && T::INNER % RIGHT_LINES == 0, "threads share the lines evenly");
  int columns = g.taps() * g.channels, across = (columns + T::COLUMNS - 1) / T::COLUMNS;
  int first_row = (int)(blockIdx.x / across) * T::ROWS, first_column = (int)(blockIdx.x % across) * T::COLUMNS;
  int warp = threadIdx.x / WARP_LANES, lane = threadIdx.x % WARP_LANES;
  int warp_row = warp / T::ACROSS * T::WARP_ROWS, warp_column = warp % T::ACROSS * T::WARP_COLUMNS;
  int from = (int)blockIdx.z * length, to = g.pixels() - from < length ? g.pixels() : from + length;
  int pieces = (to - from + T::INNER - 1) / T::INNER;

  int output = first_row + (int)(threadIdx.x % LEFT_VECTORS) * VECTOR;
  int column = first_column + (int)(threadIdx.x % RIGHT_VECTORS) * VECTOR;
  int tap = column / g.channels, channel = column % g.channels, u = tap / g.kernel_width, v = tap % g.kernel_width;
  auto bring = [&](int piece, E* stage) {
    int begin = from + piece * T::INNER;
#pragma unroll
    for (int i = 0; i < T::INNER / LEFT_LINES; i++) {
      int line = threadIdx.x / LEFT_VECTORS + i * LEFT_LINES, pixel = begin + line;
      bool is_there = pixel < to && output < g.outputs;
      copy_async<false>(stage + column_at<T, T::ROWS>(line, threadIdx.x % LEFT_VECTORS), dy + (is_there ? (i64)pixel * g.outputs + output : 0), is_there);
    }
    E* right = stage + T::ROWS * T::INNER;
#pragma unroll
    for (int i = 0; i < T::INNER / RIGHT_LINES; i++) {
      int line = threadIdx.x / RIGHT_VECTORS + i * RIGHT_LINES, pixel = begin + line;
      const E* at = pixel < to && column < columns ? under(g, source, place_of(g, pixel), u, v, channel) : nullptr;
      copy_async<true>(right + column_at<T, T::COLUMNS>(line, threadIdx.x % RIGHT_VECTORS), at ? at : source, at != nullptr);
    }
  };

  Sums<T> sums = {};
  int brought = 0;
#pragma unroll
  for (; brought < T::STAGES - 1; brought++) {
    if (brought < pieces) bring(brought, shared + brought * T::STAGE);
    commit_copies();
  }
  for (int piece = 0; piece < pieces; piece++, brought++) {
    wait_for_copies<T::STAGES - 2>();
    __syncthreads();
    if (brought < pieces) bring(brought, shared + brought % T::STAGES * T::STAGE);
    commit_copies();
    const E* stage = shared + piece % T::STAGES * T::STAGE;
    add_columns<T>(sums, stage, stage + T::ROWS * T::INNER, warp_row, warp_column);
  }
  float* target = result + (i64)blockIdx.z * g.outputs * columns;
#pragma unroll
  for (int i = 0; i < T::DOWN_TILES; i++) {
#pragma unroll
    for (int e = 0; e < 4; e += 2) {
      int row = first_row + warp_row + i * 16 + lane / 4 + e / 2 * 8;
      if (row >= g.outputs) continue;
#pragma unroll
      for (int j = 0; j < T::ACROSS_TILES; j++) {
        int at = first_column + warp_column + j * 8 + lane % 4 * 2;
        if (at < columns) *(float2*)(target + (i64)row * columns + at) = float2{sums.of[i][j][e], sums.of[i][j][e + 1]};
      }
    }
  }
}
