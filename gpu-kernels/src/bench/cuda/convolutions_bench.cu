// Times the convolutions of src/main/cuda/convolution_tiles.cuh in some tile sizes on the layers of vgg-cifar, in bfloat16 and in float32, and
// checks some thousand numbers of each against sums of doubles.
// nvcc -std=c++17 -O3 -gencode=arch=compute_90a,code=sm_90a convolutions_bench.cu -o bench && ./bench [batch]
#include "../../main/cuda/convolution_tiles.cuh"

#include <cstdio>
#include <cstdlib>
#include <cmath>
#include <random>
#include <string>
#include <vector>
#include <algorithm>

static int carveout = -1;
#define CHECK(call)                                                                                    \
  do {                                                                                                 \
    cudaError_t code = (call);                                                                         \
    if (code != cudaSuccess) {                                                                         \
      printf("%s: %s\n", #call, cudaGetErrorString(code));                                             \
      exit(1);                                                                                         \
    }                                                                                                  \
  } while (0)

static Divisor divisor(int by) {
  int log = 0;
  while ((1ll << log) < by) log++;
  unsigned factor = by == 1 ? 0 : (unsigned)(((1ull << (31 + log)) / by) + 1);
  return Divisor{by, factor, log - 1};
}

static Gather forward(int rows, int size, int channels, int outputs, int window) {
  int pad = window / 2;
  return Gather{rows, size, size, channels, size, size, outputs, window, window, 1, 1, pad, pad, 1, 1, 0, divisor(size * size), divisor(size)};
}
static Gather backward(const Gather& f) {
  Gather g = f;
  g.channels = f.outputs, g.outputs = f.channels, g.is_gradient = 1;
  return g;
}

template <class T>
__global__ void __launch_bounds__((T::THREADS)) run_gather(const typename T::Element* x, const typename T::Element* w, const float* b, typename T::Element* y, float* s, const Gather g) {
  gather<T>(x, w, b, g.outputs, y, s, g);
}
template <class T>
__global__ void __launch_bounds__((T::THREADS)) run_weights(const typename T::Element* x, const typename T::Element* dy, float* r, const Gather g, int length) {
  gather_weights<T>(x, dy, r, g, length);
}
__global__ void sum_pieces(const float* x, float* y, int pieces, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float sum = 0;
  for (int p = 0; p < pieces; p++) sum += x[(long long)p * n + i];
  y[i] = sum;
}

static std::mt19937 generator(1);
static void set(bfloat16& to, float f) {
  unsigned bits;
  memcpy(&bits, &f, 4);
  to = (bfloat16)(bits >> 16);
}
static void set(float& to, float f) { to = f; }
template <class E>
static std::vector<E> numbers(size_t n, float scale) {
  std::vector<E> v(n);
  std::normal_distribution<float> normal(0, scale);
  for (auto& e : v) set(e, normal(generator));
  return v;
}
static double value(bfloat16 b) {
  unsigned bits = (unsigned)b << 16;
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
static double value(float f) { return f; }
// Largest error in parts of the numbers' root mean square.
template <class E>
static double allowed(bool is_stored) { return sizeof(E) == 4 ? 2e-6 : is_stored ? 4e-3 : 1e-3; }
template <class E>
static E* up(const std::vector<E>& v) {
  E* p;
  CHECK(cudaMalloc(&p, v.size() * sizeof(E)));
  CHECK(cudaMemcpy(p, v.data(), v.size() * sizeof(E), cudaMemcpyHostToDevice));
  return p;
}
template <class F>
static double median_ms(F&& body) {
  cudaEvent_t a, b;
  cudaEventCreate(&a), cudaEventCreate(&b);
  for (int i = 0; i < 3; i++) body();
  std::vector<float> times;
  for (int w = 0; w < 5; w++) {
    cudaEventRecord(a);
    for (int i = 0; i < 10; i++) body();
    cudaEventRecord(b);
    CHECK(cudaEventSynchronize(b));
    float ms;
    cudaEventElapsedTime(&ms, a, b);
    times.push_back(ms / 10);
  }
  std::sort(times.begin(), times.end());
  return times[2];
}

template <class E>
struct Layer {
  Gather g;
  std::vector<E> x, w, dy;
  E *dx_, *dw_, *ddy_, *result;
  float *pieces, *sums, *statistics;
  double flops;
  size_t result_size;
};

template <class E>
static double source_at(const Layer<E>& l, const std::vector<E>& s, const Gather& g, int row, int i, int j, int u, int v, int c) {
  int h = g.is_gradient ? i + g.pad_top - u : i - g.pad_top + u, w = g.is_gradient ? j + g.pad_left - v : j - g.pad_left + v;
  if (h < 0 || w < 0 || h >= g.height || w >= g.width) return 0;
  return value(s[((size_t)(row * g.height + h) * g.width + w) * g.channels + c]);
}

static size_t weight_at(const Gather& g, int o, int tap, int c) {
  size_t inner = (size_t)g.kernel_height * g.kernel_width * g.channels;
  if (g.channels % 64) return o * inner + (size_t)tap * g.channels + c;
  return o * inner + ((size_t)(c / 64) * g.kernel_height * g.kernel_width + tap) * 64 + c % 64;
}

template <class T>
static void time_gather(const char* name, Layer<typename T::Element>& l, const std::vector<typename T::Element>& source, const typename T::Element* device_source, bool has_statistics) {
  typedef typename T::Element E;
  int shared = T::STAGE * T::STAGES * sizeof(E);
  if (shared > 227 * 1024) return;
  CHECK(cudaFuncSetAttribute(run_gather<T>, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
  CHECK(cudaFuncSetAttribute(run_gather<T>, cudaFuncAttributePreferredSharedMemoryCarveout, carveout));
  int blocks;
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, run_gather<T>, T::THREADS, shared));
  const Gather& g = l.g;
  int pixels = g.rows * g.result_height * g.result_width;
  dim3 grid(((pixels + T::ROWS - 1) / T::ROWS) * ((g.outputs + T::COLUMNS - 1) / T::COLUMNS));
  CHECK(cudaMemset(l.result, 0xCD, (size_t)pixels * g.outputs * sizeof(E)));
  double ms = median_ms([&] { run_gather<T><<<grid, T::THREADS, shared>>>(device_source, l.dw_, nullptr, l.result, has_statistics ? l.statistics : nullptr, g); });
  CHECK(cudaGetLastError());
  std::vector<E> got((size_t)pixels * g.outputs);
  CHECK(cudaMemcpy(got.data(), l.result, got.size() * sizeof(E), cudaMemcpyDeviceToHost));
  double error = 0, norm = 0;
  for (int t = 0; t < 2000; t++) {
    int pixel = t < 200 ? t : t < 300 ? pixels - 1 - (t - 200) : generator() % pixels, o = generator() % g.outputs;
    int area = g.result_height * g.result_width, row = pixel / area, i = pixel % area / g.result_width, j = pixel % g.result_width;
    double sum = 0;
    for (int u = 0; u < g.kernel_height; u++)
      for (int v = 0; v < g.kernel_width; v++)
        for (int c = 0; c < g.channels; c++)
          sum += source_at(l, source, g, row, i, j, u, v, c) * value(l.w[weight_at(g, o, u * g.kernel_width + v, c)]);
    double d = value(got[(size_t)pixel * g.outputs + o]) - sum;
    error += d * d, norm += sum * sum;
  }
  printf("%-34s %8.4f ms %7.1f TFLOP/s  error %.1e%s blocks %d\n", name, ms, l.flops / ms / 1e9, sqrt(error / norm), sqrt(error / norm) < allowed<E>(true) ? "" : "  WRONG", blocks);
  fflush(stdout);
}

template <class T>
static void time_weights(const char* name, Layer<typename T::Element>& l, int wanted) {
  typedef typename T::Element E;
  int shared = T::STAGE * T::STAGES * sizeof(E);
  CHECK(cudaFuncSetAttribute(run_weights<T>, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
  const Gather& g = l.g;
  int pixels = g.rows * g.result_height * g.result_width, columns = g.kernel_height * g.kernel_width * g.channels;
  int tiles = ((g.outputs + T::ROWS - 1) / T::ROWS) * ((columns + T::COLUMNS - 1) / T::COLUMNS);
  int count = std::max(1, wanted / tiles), length = (pixels + count - 1) / count;
  length = (length + T::INNER - 1) / T::INNER * T::INNER;
  count = (pixels + length - 1) / length;
  int n = g.outputs * columns;
  if ((size_t)count * n > (64u << 20)) return;
  double ms = median_ms([&] {
    run_weights<T><<<dim3(tiles, 1, count), T::THREADS, shared>>>(l.dx_, l.ddy_, l.pieces, g, length);
    sum_pieces<<<(n + 255) / 256, 256>>>(l.pieces, l.sums, count, n);
  });
  CHECK(cudaGetLastError());
  std::vector<float> got(n);
  CHECK(cudaMemcpy(got.data(), l.sums, n * 4, cudaMemcpyDeviceToHost));
  double error = 0, norm = 0;
  for (int t = 0; t < 12; t++) {
    int o = generator() % g.outputs, c = generator() % columns, tap = c / g.channels;
    double sum = 0;
    for (int pixel = 0; pixel < pixels; pixel++) {
      int area = g.result_height * g.result_width;
      sum += value(l.dy[(size_t)pixel * g.outputs + o]) *
             source_at(l, l.x, g, pixel / area, pixel % area / g.result_width, pixel % g.result_width, tap / g.kernel_width, tap % g.kernel_width, c % g.channels);
    }
    double d = got[(size_t)o * columns + c] - sum;
    error += d * d, norm += sum * sum;
  }
  printf("%-34s %8.4f ms %7.1f TFLOP/s  error %.1e%s pieces %d\n", name, ms, l.flops / ms / 1e9, sqrt(error / norm), sqrt(error / norm) < allowed<E>(false) ? "" : "  WRONG", count);
  fflush(stdout);
}

// Tiles of either precision; `outputs` and `channels` are those of the convolution.
static void time_tiles(Layer<bfloat16>& l, int channels, int outputs) {
#define FORWARD(...) time_gather<Tile<bfloat16, __VA_ARGS__>>("forward " #__VA_ARGS__, l, l.x, l.dx_, false);
#define WEIGHTS(wanted, ...) time_weights<Tile<bfloat16, __VA_ARGS__>>("weights " #wanted " " #__VA_ARGS__, l, wanted);
#define BACKWARD(...) time_gather<Tile<bfloat16, __VA_ARGS__>>("images " #__VA_ARGS__, l, l.dy, l.ddy_, false);
  if (outputs == 64) {
    FORWARD(128, 64, 64, 32, 64, 3)
    FORWARD(256, 64, 64, 64, 32, 4)
    FORWARD(256, 64, 64, 32, 32, 4)
    time_gather<Tile<bfloat16, 128, 64, 64, 32, 64, 3>>("forward, statistics, 128x64", l, l.x, l.dx_, true);
    time_gather<Tile<bfloat16, 256, 64, 64, 64, 32, 4>>("forward, statistics, 256x64", l, l.x, l.dx_, true);
  } else {
    FORWARD(128, 128, 64, 64, 64, 3)
    FORWARD(128, 256, 64, 64, 64, 3)
    FORWARD(128, 256, 64, 64, 32, 4)
    FORWARD(64, 64, 32, 32, 64, 4)
    FORWARD(64, 32, 32, 16, 64, 4)
    time_gather<Tile<bfloat16, 128, 128, 64, 64, 64, 3>>("forward, statistics, 128x128", l, l.x, l.dx_, true);
  }
  WEIGHTS(264, 64, 128, 32, 64, 64, 3)
  WEIGHTS(396, 64, 128, 32, 64, 64, 3)
  WEIGHTS(528, 64, 128, 32, 64, 32, 4)
  WEIGHTS(528, 64, 128, 32, 32, 32, 4)
  WEIGHTS(264, 64, 192, 32, 64, 48, 3)
  WEIGHTS(396, 64, 192, 32, 64, 48, 3)
  if (outputs > 64) {
    WEIGHTS(264, 128, 128, 64, 64, 64, 3)
    WEIGHTS(264, 128, 128, 64, 32, 64, 3)
    WEIGHTS(264, 128, 128, 64, 32, 32, 4)
    WEIGHTS(132, 128, 256, 64, 64, 32, 4)
    WEIGHTS(132, 256, 128, 64, 64, 32, 4)
  }
  // The gradient of the images: the source is dy, the weights those of as many numbers, whatever they are.
  l.g = backward(l.g);
  BACKWARD(128, 64, 64, 32, 64, 3)
  BACKWARD(256, 64, 64, 64, 32, 4)
  BACKWARD(128, 128, 64, 64, 64, 3)
#undef FORWARD
#undef WEIGHTS
#undef BACKWARD
}

static void time_tiles(Layer<float>& l, int channels, int outputs) {
#define FORWARD(...) time_gather<Tile<float, __VA_ARGS__>>("forward " #__VA_ARGS__, l, l.x, l.dx_, false);
#define WEIGHTS(wanted, ...) time_weights<Tile<float, __VA_ARGS__>>("weights " #wanted " " #__VA_ARGS__, l, wanted);
#define BACKWARD(...) time_gather<Tile<float, __VA_ARGS__>>("images " #__VA_ARGS__, l, l.dy, l.ddy_, false);
  FORWARD(128, 64, 64, 32, 32, 3)
  FORWARD(128, 64, 32, 32, 32, 3)
  FORWARD(256, 64, 64, 32, 32, 3)
  FORWARD(64, 64, 32, 32, 32, 4)
  if (outputs > 64) {
    FORWARD(128, 128, 64, 32, 32, 3)
    FORWARD(128, 128, 32, 64, 32, 3)
    FORWARD(128, 128, 64, 64, 32, 3)
  }
  time_gather<Tile<float, 128, 64, 64, 32, 32, 3>>("forward, statistics, 128x64", l, l.x, l.dx_, true);
  WEIGHTS(264, 64, 128, 32, 64, 32, 3)
  WEIGHTS(264, 64, 128, 32, 32, 32, 3)
  WEIGHTS(264, 64, 64, 32, 32, 32, 4)
  if (outputs > 64) {
    WEIGHTS(264, 128, 128, 64, 32, 32, 3)
    WEIGHTS(132, 128, 128, 64, 32, 32, 3)
    WEIGHTS(264, 128, 128, 32, 64, 32, 3)
  }
  l.g = backward(l.g);
  BACKWARD(128, 64, 64, 32, 32, 3)
  if (channels > 64) { BACKWARD(128, 128, 64, 32, 32, 3) }
#undef FORWARD
#undef WEIGHTS
#undef BACKWARD
}

template <class E>
static void time_layers(int batch) {
  int shapes[][4] = {{32, 8, 64, 3}, {32, 64, 64, 3}, {16, 64, 128, 3}, {16, 128, 128, 3}, {8, 128, 256, 3}, {8, 256, 256, 3}, {1, 4096, 512, 1}};
  for (auto& s : shapes) {
    Layer<E> l;
    l.g = forward(batch, s[0], s[1], s[2], s[3]);
    size_t pixels = (size_t)batch * s[0] * s[0];
    int taps = s[3] * s[3];
    l.flops = 2.0 * pixels * s[1] * s[2] * taps;
    l.x = numbers<E>(pixels * s[1], 1), l.w = numbers<E>((size_t)s[2] * taps * s[1], 0.1f), l.dy = numbers<E>(pixels * s[2], 1);
    l.dx_ = up(l.x), l.dw_ = up(l.w), l.ddy_ = up(l.dy);
    CHECK(cudaMalloc(&l.result, pixels * std::max(s[1], s[2]) * sizeof(E)));
    CHECK(cudaMalloc(&l.pieces, (size_t)(64u << 20) * 4));
    CHECK(cudaMalloc(&l.sums, (size_t)s[1] * s[2] * taps * 4));
    CHECK(cudaMalloc(&l.statistics, (pixels / 64 + 1) * s[2] * 8));
    printf("-- %s, %dx%d, %d -> %d, window %d: %.2f GFLOP\n", sizeof(E) == 4 ? "float32" : "bfloat16", s[0], s[0], s[1], s[2], s[3], l.flops / 1e9);
    time_tiles(l, s[1], s[2]);
    cudaFree(l.dx_), cudaFree(l.dw_), cudaFree(l.ddy_), cudaFree(l.result), cudaFree(l.pieces), cudaFree(l.sums), cudaFree(l.statistics);
  }
}

int main(int argc, char** argv) {
  int batch = argc > 1 ? atoi(argv[1]) : 512;
  time_layers<bfloat16>(batch);
  time_layers<float>(batch);
  return 0;
}
