// Times the kernels of src/main/cuda/persistent.cu on a layer of 128 units and 60 steps, beside the products that go with it, and
// compares some rows with a reference in doubles. Built and run as bench.cu is, see README.md; without a GPU it takes sizes:
// recurrent_bench UNITS STEPS BATCH.
#include "device.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "bfloat16.cuh"
#include "tensor_cores.cuh"

#include "persistent.cu"
#include "products.cu"

// Other shares of the weights in registers.
LSTM(128_held_4_by_2, 128, 2, 4, 4, SHARED)
LSTM(128_held_6_by_2, 128, 2, 6, 6, SHARED)

#undef LSTM
namespace tensor_cores {
#include "persistent_bfloat16.cu"
}
#undef MATRICES
namespace tensor_products {
#include "products_bfloat16.cu"
}

struct Layer {
  int rows, steps, units;
  size_t all() const { return (size_t)rows * steps * units; }
};

struct Arrays {
  std::vector<float> gates, recurrent, dh;
};

static Arrays random_arrays(const Layer& l) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  Arrays a{std::vector<float>(l.all() * 4), std::vector<float>((size_t)l.units * l.units * 4), std::vector<float>(l.all())};
  for (float& v : a.gates) v = normal(random);
  for (float& v : a.recurrent) v = normal(random) / std::sqrt((float)l.units);
  for (float& v : a.dh) v = normal(random) * 0.1f;
  return a;
}

// h and the gradients of the gates of one row.
static void reference(const Layer& l, const Arrays& a, int row, std::vector<double>& h, std::vector<double>& dgates) {
  int H = l.units, T = l.steps;
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  std::vector<double> gates((size_t)T * 4 * H), c((size_t)T * H);
  h.assign((size_t)T * H, 0), dgates.assign((size_t)T * 4 * H, 0);
  for (int t = 0; t < T; t++) {
    double* g = &gates[(size_t)t * 4 * H];
    for (int j = 0; j < 4 * H; j++) {
      double sum = a.gates[((size_t)row * T + t) * 4 * H + j];
      for (int k = 0; t > 0 && k < H; k++) sum += (double)a.recurrent[(size_t)j * H + k] * h[(size_t)(t - 1) * H + k];
      g[j] = j / H == 2 ? std::tanh(sum) : sigmoid(sum);
    }
    for (int u = 0; u < H; u++) {
      c[t * H + u] = g[u] * g[2 * H + u] + (t > 0 ? g[H + u] * c[(t - 1) * H + u] : 0);
      h[t * H + u] = g[3 * H + u] * std::tanh(c[t * H + u]);
    }
  }
  std::vector<double> dc(H), carry(H);
  for (int t = T - 1; t >= 0; t--) {
    double *g = &gates[(size_t)t * 4 * H], *d = &dgates[(size_t)t * 4 * H];
    for (int u = 0; u < H; u++) {
      double bent = std::tanh(c[t * H + u]), of_h = a.dh[((size_t)row * T + t) * H + u] + carry[u];
      double of_c = dc[u] + of_h * g[3 * H + u] * (1 - bent * bent), before = t > 0 ? c[(t - 1) * H + u] : 0;
      d[u] = of_c * g[2 * H + u] * g[u] * (1 - g[u]);
      d[H + u] = of_c * before * g[H + u] * (1 - g[H + u]);
      d[2 * H + u] = of_c * g[u] * (1 - g[2 * H + u] * g[2 * H + u]);
      d[3 * H + u] = of_h * bent * g[3 * H + u] * (1 - g[3 * H + u]);
      dc[u] = of_c * g[H + u];
    }
    for (int k = 0; k < H; k++) {
      carry[k] = 0;
      for (int j = 0; j < 4 * H; j++) carry[k] += d[j] * a.recurrent[(size_t)j * H + k];
    }
  }
}

static double difference(const std::vector<float>& actual, const std::vector<std::vector<double>>& expected, const std::vector<int>& rows) {
  double most = 0;
  for (size_t i = 0; i < rows.size(); i++) {
    size_t n = expected[i].size();
    for (size_t j = 0; j < n; j++) {
      double d = std::abs(actual[rows[i] * n + j] - expected[i][j]);
      if (!(d <= most)) most = d;
    }
  }
  return most;
}

// Median of seven windows, milliseconds a launch.
template <class F>
static double median(F body) {
#ifdef __CUDACC__
  const int launches = 10, windows = 7;
#else
  const int launches = 1, windows = 1;
#endif
  body();
  std::vector<double> times;
  for (int w = 0; w < windows; w++) {
    times.push_back(milliseconds([&] {
                      for (int i = 0; i < launches; i++) body();
                    }) /
                    launches);
  }
  std::sort(times.begin(), times.end());
  return times[windows / 2];
}

struct Device {
  float *gates, *recurrent, *c, *h, *dh, *dgates, *forward, *backward;
};

struct Bench {
  Layer l;
  Arrays a;
  Device d;
  std::vector<int> rows;
  std::vector<std::vector<double>> h, dgates;

  template <auto FORWARD, auto BACKWARD>
  void run(const char* name, int padded, int shared_bytes, int back_bytes, int slice) {
    int blocks = (l.rows + slice - 1) / slice, threads = 2 * padded;
    Occupancy forward = occupancy<FORWARD>(threads, shared_bytes), backward = occupancy<BACKWARD>(threads, back_bytes);
    auto run_forward = [&] {
      launch<FORWARD>(dim3(blocks), threads, shared_bytes, (const float4*)d.forward, d.gates, d.c, d.h, (const int*)nullptr, slice, l.rows,
                      l.steps, l.units);
    };
    auto run_backward = [&] {
      launch<BACKWARD>(dim3(blocks), threads, back_bytes, (const float4*)d.backward, (const float*)d.dh, (const float*)d.gates,
                       (const float*)d.c, (const int*)nullptr, d.dgates, slice, l.rows, l.steps, l.units);
    };
    measure(name, slice, blocks, forward, backward, run_forward, run_backward);
  }

  template <class F, class G>
  void measure(const char* name, int slice, int blocks, Occupancy forward, Occupancy backward, F run_forward, G run_backward) {
    copy_in(d.gates, a.gates.data(), a.gates.size() * 4);
    run_forward();
    run_backward();
    finish();
    std::vector<float> own_h(l.all()), own_dgates(l.all() * 4);
    copy_out(own_h.data(), d.h, own_h.size() * 4);
    copy_out(own_dgates.data(), d.dgates, own_dgates.size() * 4);
    double of_h = difference(own_h, h, rows), of_dgates = difference(own_dgates, dgates, rows);
    double ms = median(run_forward), ms_back = median(run_backward);
    printf("%-18s rows %4d slice %d blocks %4d: forward %.4f ms (%.3f us a step), backward %.4f ms (%.3f); regs %d/%d local %d/%d; "
           "off by %.1e, %.1e\n",
           name, l.rows, slice, blocks, ms, ms * 1e3 / l.steps, ms_back, ms_back * 1e3 / l.steps, forward.registers, backward.registers,
           forward.local_bytes, backward.local_bytes, of_h, of_dgates);
    fflush(stdout);
  }
};

// The same by tensor cores.
template <auto FORWARD, auto BACKWARD>
static void run_bfloat16(Bench& b, const char* name, int padded, int slice) {
  const Layer& l = b.l;
  int blocks = (l.rows + slice - 1) / slice, threads = 2 * padded, n = padded * padded / 2;
  uint4* packed[2];
  for (int back = 0; back < 2; back++) {
    packed[back] = device_array<uint4>(n);
    launch<tensor_cores::pack_tiles>(dim3((n + 255) / 256), 256, 0, back, (const float*)b.d.recurrent, packed[back], padded, l.units, n);
  }
  auto run_forward = [&] {
    launch<FORWARD>(dim3(blocks), threads, 0, (const uint4*)packed[0], b.d.gates, b.d.c, b.d.h, (const int*)nullptr, slice, l.rows,
                    l.steps, l.units);
  };
  auto run_backward = [&] {
    launch<BACKWARD>(dim3(blocks), threads, 0, (const uint4*)packed[1], (const float*)b.d.dh, (const float*)b.d.gates,
                     (const float*)b.d.c, (const int*)nullptr, b.d.dgates, slice, l.rows, l.steps, l.units);
  };
  b.measure(name, slice, blocks, occupancy<FORWARD>(threads, 0), occupancy<BACKWARD>(threads, 0), run_forward, run_backward);
  for (uint4* p : packed) device_free(p);
}

// One of the big products of a layer by either tile: c = a b, a batch of them. Both have the same sums in the same order.
struct Product {
  const char* name;
  int rows, columns, inner, pieces;
  i64 a_row, a_inner, b_inner, b_column, a_batch, b_batch;
  const float *a, *b;
  size_t results() const { return (size_t)rows * columns * pieces; }

  template <auto KERNEL_OF>
  double run(int side, float* c, std::vector<float>& result, int threads = 256) const {
    int tiles = (rows + side - 1) / side * ((columns + side - 1) / side);
    double ms = median([&] {
      launch<KERNEL_OF>(dim3(tiles, 1, pieces), threads, 0, a, b, (const float*)nullptr, c, rows, columns, inner, inner, a_row,
                        a_inner, b_inner, b_column, (i64)columns, a_batch, b_batch, (i64)rows * columns, 1.0f, 0);
    });
    result.resize(results());
    copy_out(result.data(), c, result.size() * 4);
    return ms;
  }

  void both() const {
    float* c = device_array<float>(results());
    std::vector<float> one, other;
    double large = run<matrices_large>(64, c, one);
    fill(c, 0, results() * 4);
    double huge = run<matrices_huge>(128, c, other);
    std::vector<float> rounded;
    fill(c, 0, results() * 4);
    double large_bf = run<tensor_products::matrices_bfloat16_large>(64, c, rounded, 128);
    fill(c, 0, results() * 4);
    double huge_bf = run<tensor_products::matrices_bfloat16_huge>(128, c, rounded, 256);
    double most = 0, off = 0;
    for (size_t i = 0; i < one.size(); i++) {
      most = std::max(most, (double)std::abs(one[i])), off = std::max(off, (double)std::abs(one[i] - rounded[i]));
    }
    double flops = 2.0 * rows * columns * inner * pieces;
    printf("%-20s %d x (%d x %d x %d): large %.4f ms, %.1f TFLOP/s; huge %.4f ms, %.1f TFLOP/s; %s\n", name, pieces, rows, columns, inner,
           large, flops / large / 1e9, huge, flops / huge / 1e9, memcmp(one.data(), other.data(), one.size() * 4) ? "DIFFERENT" : "equal");
    printf("%-20s bfloat16: large %.4f ms, %.1f TFLOP/s; huge %.4f ms, %.1f TFLOP/s; off by %.1e of %.1e\n", name, large_bf,
           flops / large_bf / 1e9, huge_bf, flops / huge_bf / 1e9, off, most);
    device_free(c);
  }
};

template <class T>
static T* copied(const std::vector<T>& v) {
  T* p = device_array<T>(v.size());
  copy_in(p, v.data(), v.size() * sizeof(T));
  return p;
}

static int padded_to(int units) { return units <= 32 ? 32 : units <= 64 ? 64 : 128; }

int main(int count, char** arguments) {
  int units = count > 1 ? atoi(arguments[1]) : 128, steps = count > 2 ? atoi(arguments[2]) : 60, only = count > 3 ? atoi(arguments[3]) : 0;
  int places = multiprocessors(), P = padded_to(units);
  for (int rows : {64, 256, 1024}) {
    if (only) rows = only;
    Layer l{rows, steps, units};
    Bench b{l, random_arrays(l), {}, {}, {}, {}};
    for (int row : {0, 1, rows / 2, rows - 1}) {
      b.rows.push_back(row);
      b.h.emplace_back(), b.dgates.emplace_back();
      reference(l, b.a, row, b.h.back(), b.dgates.back());
    }
    b.d = {copied(b.a.gates), copied(b.a.recurrent), device_array<float>(l.all()), device_array<float>(l.all()), copied(b.a.dh),
           device_array<float>(l.all() * 4), device_array<float>(4 * P * P), device_array<float>(4 * P * P)};
    for (int back = 0; back < 2; back++) {
      float* to = back ? b.d.backward : b.d.forward;
      double ms = median([&] {
        launch<pack_recurrent>(dim3((P * P + 255) / 256), 256, 0, back, (const float*)b.d.recurrent, to, 4, P, units, P * P);
      });
      if (!back) printf("pack_recurrent: %.4f ms\n", ms);
    }
    int slice = std::min(8, (rows + places - 1) / places), even = (slice + 1) / 2 * 2;
    if (P == 32) {
      b.run<lstm_32_by_1, lstm_gradient_32_by_1>("32_by_1", P, 0, 0, 1);
      b.run<lstm_32_by_2, lstm_gradient_32_by_2>("32_by_2", P, 0, 0, even);
    } else if (P == 64) {
      b.run<lstm_64_by_1, lstm_gradient_64_by_1>("64_by_1", P, 0, 0, 1);
      b.run<lstm_64_by_2, lstm_gradient_64_by_2>("64_by_2", P, 0, 0, even);
    } else {
      b.run<lstm_128_by_1, lstm_gradient_128_by_1>("128_by_1", P, 64 << 10, 96 << 10, 1);
      b.run<lstm_128_by_2, lstm_gradient_128_by_2>("128_by_2", P, 96 << 10, 96 << 10, even);
      b.run<lstm_128_narrow_by_1, lstm_gradient_128_narrow_by_1>("128_narrow_by_1", P, 0, 0, 1);
      b.run<lstm_128_narrow_by_2, lstm_gradient_128_narrow_by_2>("128_narrow_by_2", P, 0, 0, even);
      b.run<lstm_128_held_4_by_2, lstm_gradient_128_held_4_by_2>("128_held_4_by_2", P, 128 << 10, 128 << 10, even);
      b.run<lstm_128_held_6_by_2, lstm_gradient_128_held_6_by_2>("128_held_6_by_2", P, 64 << 10, 64 << 10, even);
    }
    if (P == 32) {
      run_bfloat16<tensor_cores::lstm_bfloat16_32_by_4, tensor_cores::lstm_gradient_bfloat16_32_by_4>(b, "bfloat16_32_by_4", P, std::min(slice, 4));
      run_bfloat16<tensor_cores::lstm_bfloat16_32_by_8, tensor_cores::lstm_gradient_bfloat16_32_by_8>(b, "bfloat16_32_by_8", P, slice);
    } else if (P == 64) {
      run_bfloat16<tensor_cores::lstm_bfloat16_64_by_4, tensor_cores::lstm_gradient_bfloat16_64_by_4>(b, "bfloat16_64_by_4", P, std::min(slice, 4));
      run_bfloat16<tensor_cores::lstm_bfloat16_64_by_8, tensor_cores::lstm_gradient_bfloat16_64_by_8>(b, "bfloat16_64_by_8", P, slice);
    } else {
      run_bfloat16<tensor_cores::lstm_bfloat16_128_by_4, tensor_cores::lstm_gradient_bfloat16_128_by_4>(b, "bfloat16_128_by_4", P, std::min(slice, 4));
      run_bfloat16<tensor_cores::lstm_bfloat16_128_by_8, tensor_cores::lstm_gradient_bfloat16_128_by_8>(b, "bfloat16_128_by_8", P, slice);
    }
    int all = rows * steps;
    i64 H = units;
    int pieces = std::max(1, std::min(128, (all + 255) / 256)), piece = all / pieces;
    Product{"inputs", all, 4 * units, units, 1, H, 1, 1, H, 0, 0, b.d.dh, b.d.recurrent}.both();
    Product{"gradient of inputs", all, units, 4 * units, 1, 4 * H, 1, H, 1, 0, 0, b.d.dgates, b.d.recurrent}.both();
    Product{"gradient of weights", 4 * units, units, piece, pieces, 1, 4 * H, H, 1, piece * 4 * H, piece * H, b.d.dgates, b.d.dh}.both();
    for (float* p : {b.d.gates, b.d.recurrent, b.d.c, b.d.h, b.d.dh, b.d.dgates, b.d.forward, b.d.backward}) device_free(p);
    if (only) break;
  }
}
