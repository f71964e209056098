// Times the histogram kernels of tree.cu and candidates for them, and checks every sum against the CPU's. See README.md.
//
// bench FOLDER [rows [check]]: with check, nothing is timed

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <cmath>

#include "tree.cu"

#include "device.h"

#include "columns.cuh"
#include "rows.cuh"

static const int FEATURES = 28, ROW_BYTES = 32, BINS = 256, TOTAL_BINS = FEATURES * BINS;

static int num_rows = 10000000, deep_nodes = 1024, num_sms;
static bool is_rehearsal = false;
static FILE* csv;

static u64 mix(u64 x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

template <class F>
static void in_parallel(int count, F body) {
  int num_threads = std::min<int>(count, std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (int t = 0; t < num_threads; t++) {
    threads.emplace_back([=] { body((i64)count * t / num_threads, (i64)count * (t + 1) / num_threads); });
  }
  for (std::thread& thread : threads) thread.join();
}

static int node_of(int row, int num_nodes) { return (int)(mix(row * 77ull + 5) & (num_nodes - 1)); }

// The bin of a feature from 32 random bits. Skewed: nine in ten in one bin; a long tail; two bins; one bin but for a few.
static unsigned bin_of(unsigned random, int feature, bool is_skewed) {
  if (!is_skewed) return (random & 127) == 0 ? 255 : (unsigned)((u64)random * 255 >> 32);
  double u = random * (1.0 / 4294967296.0);
  switch (feature & 3) {
    case 0: return u < 0.9 ? 17 : (unsigned)((u - 0.9) * 2550);
    case 1: return (unsigned)(255 * u * u * u * u);
    case 2: return u < 0.5 ? 3 : 200;
    default: return u < 0.99 ? 0 : (unsigned)((u - 0.99) * 25500);
  }
}

struct Data {
  std::string name;
  std::vector<unsigned char> bins;
  unsigned char *rows, *words;
  // Exact sums of the deepest nodes, 3 numbers a bin, and of coarser ones by adding; on the device.
  u64 *coarse, *fine;
};

static std::vector<i64> gradients;

// sums[node][feature][bin] += (g, h, count)
static void reference(const Data& data, bool is_fine, std::vector<u64>& sums) {
  sums.assign((size_t)deep_nodes * TOTAL_BINS * 3, 0);
  in_parallel(FEATURES, [&](i64 begin, i64 end) {
    for (i64 f = begin; f < end; f++) {
      for (int row = 0; row < num_rows; row++) {
        int g = (int)(gradients[row] >> 32), h = (int)gradients[row];
        u64* cell = &sums[(((size_t)node_of(row, deep_nodes) * FEATURES + f) * BINS + data.bins[(size_t)row * ROW_BYTES + f]) * 3];
        cell[0] += (u64)(i64)(is_fine ? g : (g + (1 << 14)) >> 15);
        cell[1] += (u64)(i64)(is_fine ? h : (h + (1 << 13)) >> 14);
        cell[2] += h > 0;
      }
    }
  });
}

// Reference sums of `num_nodes` nodes from those of more: a node of few is the sum of those equal to it modulo num_nodes.
__global__ void add_nodes(const u64* deep, int num_deep, int num_nodes, int length, u64* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, node = blockIdx.y;
  if (i >= length) return;
  u64 sum = 0;
  for (int n = node; n < num_deep; n += num_nodes) sum += deep[(size_t)n * length + i];
  out[(size_t)node * length + i] = sum;
}

// Numbers of histograms (width a bin) that are not the reference's (3 a bin).
__global__ void count_differences(const u64* got, const u64* expected, int total_bins, int width, u64* differences) {
  int bin = blockIdx.x * blockDim.x + threadIdx.x, node = blockIdx.y;
  if (bin >= total_bins) return;
  int wrong = 0;
  for (int i = 0; i < width; i++) {
    wrong += got[((size_t)node * total_bins + bin) * width + i] != expected[((size_t)node * total_bins + bin) * 3 + i];
  }
  if (wrong) atomicAdd(differences, (u64)wrong);
}

static const int LEVELS[] = {1, 2, 8, 32, 1024};

struct Level {
  int num_nodes;
  std::vector<int> begins;  // num_nodes + 1 positions
  int *order, *begins_device, *ends_device, *slots;
};

static std::vector<Level> levels;
static int* offsets;
static i64* gradients_device;
static u64 *histograms_device, *expected, *differences;

struct Pieces {
  int count;
  int *begins, *ends, *slots;
};

// How a variant is launched: pieces of nodes, as rows a block.
struct Variant {
  std::string name;
  bool is_fine, has_counts;
  int threads, shared_bytes, groups;
  Occupancy occupancy;
  // (data, is identity, order, begins, ends, slots, grid x, grid z, rows a block)
  std::function<void(const Data&, const int*, const int*, const int*, const int*, int, int, int)> run;
  // Whether it has a form that needs no order for the root.
  bool has_identity;
};

static std::vector<Variant> variants;

enum Layout { ROW_MAJOR, WORD_MAJOR };

template <int MODE, int WIDTH, int LOAD, int UNROLL, int THREADS_OF, int BLOCKS, int MOVE, int LAYOUT = ROW_MAJOR>
static void add(const char* name) {
  Variant v;
  char label[160];
  snprintf(label, sizeof label, "%s w%d load%d unroll%d t%d b%d move%d%s", name, WIDTH, LOAD, UNROLL, THREADS_OF, BLOCKS, MOVE,
           LAYOUT == WORD_MAJOR ? " word-major" : "");
  v.name = label;
  v.is_fine = Planes<MODE>::IS_FINE, v.has_counts = Planes<MODE>::HAS_COUNTS;
  v.threads = THREADS_OF, v.shared_bytes = Planes<MODE>::INTS * 4, v.groups = ROW_BYTES / WIDTH;
  v.has_identity = true;
  occupancy<histograms_by_columns<MODE, WIDTH, LOAD, UNROLL, true, THREADS_OF, BLOCKS, MOVE>>(v.threads, v.shared_bytes);
  v.occupancy = occupancy<histograms_by_columns<MODE, WIDTH, LOAD, UNROLL, false, THREADS_OF, BLOCKS, MOVE>>(v.threads, v.shared_bytes);
  int shared = v.shared_bytes, groups = v.groups, slot_length = TOTAL_BINS * (v.has_counts ? 3 : 2);
  v.run = [=](const Data& data, const int* order, const int* begins, const int* ends, const int* slots, int x, int z, int piece) {
    const unsigned char* bins = LAYOUT == WORD_MAJOR ? data.words : data.rows;
    unsigned row_stride = LAYOUT == WORD_MAJOR ? WIDTH : ROW_BYTES;
    size_t group_stride = LAYOUT == WORD_MAJOR ? (size_t)WIDTH * num_rows : WIDTH;
    dim3 grid(x, groups, z);
    if (order) {
      launch<histograms_by_columns<MODE, WIDTH, LOAD, UNROLL, false, THREADS_OF, BLOCKS, MOVE>>(
          grid, THREADS_OF, shared, bins, row_stride, group_stride, FEATURES, (const int*)offsets, (const i64*)gradients_device, order,
          begins, ends, slots, piece, histograms_device, slot_length);
    } else {
      launch<histograms_by_columns<MODE, WIDTH, LOAD, UNROLL, true, THREADS_OF, BLOCKS, MOVE>>(
          grid, THREADS_OF, shared, bins, row_stride, group_stride, FEATURES, (const int*)offsets, (const i64*)gradients_device, order,
          begins, ends, slots, piece, histograms_device, slot_length);
    }
  };
  variants.push_back(v);
}

template <auto FUNCTION>
static void add_of_rows(const char* name, bool is_fine, bool has_counts, int threads, bool has_identity) {
  Variant v;
  v.name = name;
  v.is_fine = is_fine, v.has_counts = has_counts, v.threads = threads, v.groups = ROW_BYTES / WORD_FEATURES;
  v.shared_bytes = WORD_FEATURES * PLACES * ((is_fine ? 4 : 2) + has_counts) * 4;
  v.has_identity = has_identity;
  v.occupancy = occupancy<FUNCTION>(threads, v.shared_bytes);
  int shared = v.shared_bytes, groups = v.groups, slot_length = TOTAL_BINS * (has_counts ? 3 : 2);
  v.run = [=](const Data& data, const int* order, const int* begins, const int* ends, const int* slots, int x, int z, int piece) {
    launch<FUNCTION>(dim3(x, groups, z), threads, shared, (const u64*)data.rows, FEATURES, (const int*)offsets,
                   (const i64*)gradients_device, order, begins, ends, slots, piece, histograms_device, slot_length);
  };
  variants.push_back(v);
}

static void add_variants() {
  add_of_rows<histograms_coarse>("tree.cu coarse", false, false, THREADS, false);
  add_of_rows<histograms_coarse_counts>("tree.cu coarse counts", false, true, THREADS, false);
  add_of_rows<histograms_fine>("tree.cu fine", true, false, THREADS, false);
  add_of_rows<histograms_fine_counts>("tree.cu fine counts", true, true, THREADS, false);
  add_of_rows<histograms_by_rows>("coarse, planes by rows", false, false, 512, true);
  add<COARSE, 32, 16, 2, 512, 3, 4>("coarse");
  add<FINE, 32, 16, 2, 1024, 1, 4>("fine");
  add<COARSE, 32, 16, 1, 512, 3, 4>("coarse");
  add<COARSE, 32, 16, 2, 512, 3, 1>("coarse");
  add<COARSE, 32, 16, 2, 512, 3, 8>("coarse");
  add<COARSE, 32, 16, 2, 256, 3, 4>("coarse");
  add<COARSE, 32, 16, 4, 256, 3, 4>("coarse");
  add<COARSE, 32, 16, 2, 1024, 1, 4>("coarse");
  add<COARSE, 32, 16, 1, 1024, 2, 4>("coarse");
  add<COARSE, 32, 16, 2, 768, 2, 4>("coarse");
  add<COARSE, 32, 8, 2, 512, 3, 4>("coarse");
  add<COARSE, 32, 4, 4, 512, 3, 4>("coarse");
  add<COARSE, 16, 16, 2, 512, 3, 4>("coarse");
  add<COARSE, 8, 8, 2, 512, 3, 4>("coarse");
  add<COARSE, 8, 8, 2, 512, 3, 4, WORD_MAJOR>("coarse");
  add<COARSE_64, 32, 16, 2, 512, 3, 4>("coarse one 64-bit add");
  add<COARSE_COUNTS, 32, 16, 2, 512, 2, 4>("coarse counts");
  add<FINE, 32, 16, 1, 1024, 1, 4>("fine");
  add<FINE, 32, 16, 4, 512, 1, 4>("fine");
  add<FINE, 32, 8, 2, 1024, 1, 4>("fine");
  add<FINE, 16, 16, 2, 1024, 1, 4>("fine");
  add<FINE_CARRY, 32, 16, 2, 1024, 1, 4>("fine with carry");
  add<FINE_COUNTS, 32, 16, 2, 1024, 1, 4>("fine counts");
}

static void make_data(Data& data, const char* name, bool is_skewed) {
  data.name = name;
  data.bins.assign((size_t)num_rows * ROW_BYTES, 0);
  unsigned char* bins = data.bins.data();
  in_parallel(num_rows, [=](i64 begin, i64 end) {
    for (i64 row = begin; row < end; row++) {
      for (int f = 0; f < FEATURES; f += 2) {
        u64 random = mix(row * 64 + f + (is_skewed ? 32 : 0));
        bins[row * ROW_BYTES + f] = (unsigned char)bin_of((unsigned)random, f, is_skewed);
        bins[row * ROW_BYTES + f + 1] = (unsigned char)bin_of((unsigned)(random >> 32), f + 1, is_skewed);
      }
    }
  });
  data.rows = device_array<unsigned char>(data.bins.size());
  copy_in(data.rows, bins, data.bins.size());
  std::vector<u64> words(data.bins.size() / 8);
  u64* planes = words.data();
  in_parallel(num_rows, [=](i64 begin, i64 end) {
    for (i64 row = begin; row < end; row++) {
      for (int w = 0; w < 4; w++) memcpy(&planes[(size_t)w * num_rows + row], &bins[row * ROW_BYTES + w * 8], 8);
    }
  });
  data.words = device_array<unsigned char>(data.bins.size());
  copy_in(data.words, words.data(), data.bins.size());
  std::vector<u64> sums;
  for (bool is_fine : {false, true}) {
    reference(data, is_fine, sums);
    u64* device = device_array<u64>(sums.size());
    copy_in(device, sums.data(), sums.size() * 8);
    (is_fine ? data.fine : data.coarse) = device;
  }
}

static void make_levels() {
  for (int wanted : LEVELS) {
    Level level;
    level.num_nodes = std::min(wanted, deep_nodes);
    std::vector<int> counts(level.num_nodes + 1, 0), order(num_rows);
    for (int row = 0; row < num_rows; row++) counts[node_of(row, level.num_nodes) + 1]++;
    for (int n = 0; n < level.num_nodes; n++) counts[n + 1] += counts[n];
    level.begins = counts;
    for (int row = 0; row < num_rows; row++) order[counts[node_of(row, level.num_nodes)]++] = row;
    level.order = device_array<int>(num_rows);
    copy_in(level.order, order.data(), order.size() * 4);
    std::vector<int> slots(level.num_nodes);
    for (int n = 0; n < level.num_nodes; n++) slots[n] = n;
    level.begins_device = device_array<int>(level.num_nodes);
    level.ends_device = device_array<int>(level.num_nodes);
    level.slots = device_array<int>(level.num_nodes);
    copy_in(level.begins_device, level.begins.data(), level.num_nodes * 4);
    copy_in(level.ends_device, level.begins.data() + 1, level.num_nodes * 4);
    copy_in(level.slots, slots.data(), level.num_nodes * 4);
    levels.push_back(level);
  }
}

static Pieces make_pieces(const Level& level, int rows_a_piece) {
  std::vector<int> begins, ends, slots;
  for (int n = 0; n < level.num_nodes; n++) {
    int begin = level.begins[n], end = level.begins[n + 1];
    int parts = std::max(1, (end - begin + rows_a_piece - 1) / rows_a_piece);
    for (int p = 0; p < parts; p++) {
      begins.push_back(begin + (int)((i64)(end - begin) * p / parts));
      ends.push_back(begin + (int)((i64)(end - begin) * (p + 1) / parts));
      slots.push_back(n);
    }
  }
  Pieces pieces{(int)begins.size(), device_array<int>(begins.size()), device_array<int>(begins.size()), device_array<int>(begins.size())};
  copy_in(pieces.begins, begins.data(), begins.size() * 4);
  copy_in(pieces.ends, ends.data(), begins.size() * 4);
  copy_in(pieces.slots, slots.data(), begins.size() * 4);
  return pieces;
}

static void free_pieces(const Pieces& pieces) {
  device_free(pieces.begins);
  device_free(pieces.ends);
  device_free(pieces.slots);
}

// Median over windows of the milliseconds of one call of body; body must make `launches` launches.
static double time_of(const std::function<void()>& body, int launches, double& least) {
  if (is_rehearsal) return least = 1;
  body();
  double once = milliseconds(body);
  int repeats = std::max(1, (int)(1.5 / std::max(once, 0.001)));
  std::vector<double> times;
  for (int w = 0; w < 7; w++) {
    times.push_back(milliseconds([&] { for (int i = 0; i < repeats; i++) body(); }) / repeats / launches);
  }
  std::sort(times.begin(), times.end());
  least = times[0];
  return times[3];
}

static u64 differences_of(const Data& data, const Variant& v, int num_nodes) {
  const u64* deep = v.is_fine ? data.fine : data.coarse;
  int length = TOTAL_BINS * 3;
  launch<add_nodes>(dim3((length + 255) / 256, num_nodes), 256, 0, deep, deep_nodes, num_nodes, length, expected);
  fill(differences, 0, 8);
  launch<count_differences>(dim3((TOTAL_BINS + 255) / 256, num_nodes), 256, 0, (const u64*)histograms_device, (const u64*)expected,
                            TOTAL_BINS, v.has_counts ? 3 : 2, differences);
  u64 wrong;
  copy_out(&wrong, differences, 8);
  return wrong;
}

static int rows_a_block(const Variant& v, i64 rows, int waves) {
  i64 slots = std::max(1, num_sms * v.occupancy.blocks / v.groups) * waves;
  i64 piece = (rows + slots - 1) / slots;
  // Less than this and clearing and moving out are most of the work.
  return (int)std::min<i64>(65535, std::max<i64>(piece, 512));
}

struct Case {
  const char* name;
  int level;
  bool is_identity, is_one_launch;
};

static const Case CASES[] = {{"root", 0, true, false},   {"root by order", 0, false, false}, {"1/2", 1, false, false},
                             {"1/8", 2, false, false},   {"1/32", 3, false, false},          {"32 nodes", 3, false, true},
                             {"deep level", 4, false, true}};

static bool run_variant(const Data& data, const Variant& v) {
  int width = v.has_counts ? 3 : 2;
  bool is_right = true;
  printf("%-58s %3d %d %d", v.name.c_str(), v.occupancy.registers, v.occupancy.local_bytes, v.occupancy.blocks);
  for (const Case& c : CASES) {
    if (c.is_identity && !v.has_identity) {
      printf("        -");
      continue;
    }
    const Level& level = levels[c.level];
    double best = 1e9;
    int tried = 0;
    for (int waves : {1, 2, 4, 0}) {
      if (is_rehearsal && waves > 1) continue;
      // 0: the longest pieces there can be.
      i64 rows = c.is_one_launch ? num_rows : num_rows / level.num_nodes;
      int piece = waves ? rows_a_block(v, rows, waves) : 65535;
      if (piece == tried) continue;
      tried = piece;
      Pieces pieces = c.is_one_launch ? make_pieces(level, piece) : Pieces{0, nullptr, nullptr, nullptr};
      int launches = c.is_one_launch ? 1 : level.num_nodes;
      auto body = [&] {
        const int* order = c.is_identity ? nullptr : level.order;
        if (c.is_one_launch) {
          v.run(data, order, pieces.begins, pieces.ends, pieces.slots, 1, pieces.count, piece);
          return;
        }
        for (int n = 0; n < level.num_nodes; n++) {
          int x = (level.begins[n + 1] - level.begins[n] + piece - 1) / piece;
          v.run(data, order, level.begins_device + n, level.ends_device + n, level.slots + n, std::max(1, x), 1, piece);
        }
      };
      fill(histograms_device, 0, (size_t)level.num_nodes * TOTAL_BINS * width * 8);
      body();
      finish();
      u64 wrong = differences_of(data, v, level.num_nodes);
      double least, ms = time_of(body, launches, least);
      best = std::min(best, ms);
      fprintf(csv, "%s,\"%s\",%s,%d,%d,%d,%d,%d,%.5f,%.5f,%.4e,%llu\n", data.name.c_str(), v.name.c_str(), c.name, waves, piece,
              v.occupancy.registers, v.occupancy.local_bytes, v.occupancy.blocks, ms, least, rows * (double)FEATURES / ms * 1e3, wrong);
      fflush(csv);
      if (wrong) {
        is_right = false;
        printf("\nWRONG: %s, %s, %s: %llu numbers\n", data.name.c_str(), v.name.c_str(), c.name, wrong);
      }
      if (c.is_one_launch) free_pieces(pieces);
    }
    printf(" %8.4f", best);
  }
  printf(" %s\n", is_right ? "exact" : "WRONG");
  fflush(stdout);
  return is_right;
}

template <int PATTERN>
static void measure_atomics(const char* name) {
  int shared = 8 * PLACES * 32, steps = is_rehearsal ? 1 : 200;
  Occupancy o = occupancy<shared_atomics<PATTERN>>(512, shared);
  int blocks = num_sms * o.blocks;
  long long* clocks = device_array<long long>(blocks);
  unsigned* sink = device_array<unsigned>(1);
  launch<shared_atomics<PATTERN>>(dim3(blocks), 512, shared, steps, clocks, sink);
  launch<shared_atomics<PATTERN>>(dim3(blocks), 512, shared, steps, clocks, sink);
  finish();
  std::vector<long long> host(blocks);
  copy_out(host.data(), clocks, blocks * 8);
  std::sort(host.begin(), host.end());
  double ms = milliseconds([&] { launch<shared_atomics<PATTERN>>(dim3(blocks), 512, shared, steps, clocks, sink); });
  double warp_adds = (double)steps * 16 * (512 / 32) * o.blocks;
  double clocks_each = host[blocks / 2] / warp_adds;
  printf("%-58s %.3f clocks of a multiprocessor a warp's add; %.3e lanes' adds a second\n", name, clocks_each,
         warp_adds * num_sms * 32 / ms * 1e3);
  fprintf(csv, "atomics,\"%s\",%.4f clocks,,,%d,%d,%d,%.5f,,%.4e,0\n", name, clocks_each, o.registers, o.local_bytes, o.blocks, ms,
          warp_adds * num_sms * 32 / ms * 1e3);
}

static bool run_partition(const Data& data) {
  bool is_right = true;
  std::vector<unsigned char> column(num_rows);
  const int feature = 5, split = 120;
  for (int row = 0; row < num_rows; row++) column[row] = data.bins[(size_t)row * ROW_BYTES + feature];
  unsigned char* column_device = device_array<unsigned char>(num_rows);
  copy_in(column_device, column.data(), num_rows);
  int* moved = device_array<int>(num_rows);
  for (int l : {0, 3}) {
    Level& level = levels[l];
    std::vector<int> begins, ends, firsts, lasts, node_begins, order(num_rows), expected_order(num_rows), got(num_rows);
    copy_out(order.data(), level.order, num_rows * 4ll);
    for (int n = 0; n < level.num_nodes; n++) {
      int first = (int)begins.size(), begin = level.begins[n], end = level.begins[n + 1];
      for (int at = begin; at < end; at += TILE) begins.push_back(at), ends.push_back(std::min(at + TILE, end)), node_begins.push_back(begin);
      firsts.resize(begins.size(), first);
      lasts.resize(begins.size(), (int)begins.size());
      std::copy(order.begin() + begin, order.begin() + end, expected_order.begin() + begin);
      std::stable_partition(expected_order.begin() + begin, expected_order.begin() + end, [&](int row) { return column[row] <= split; });
    }
    int tiles = (int)begins.size();
    int* ints[5];
    std::vector<int>* lists[5] = {&begins, &ends, &firsts, &lasts, &node_begins};
    for (int i = 0; i < 5; i++) {
      ints[i] = device_array<int>(tiles);
      copy_in(ints[i], lists[i]->data(), tiles * 4ll);
    }
    unsigned* marks = device_array<unsigned>((size_t)tiles * TILE_WORDS);
    int *counts = device_array<int>(tiles), *before = device_array<int>(tiles + 1);
    struct Way {
      const char* name;
      const unsigned char* column;
      int stride;
    };
    for (Way way : {Way{"column", column_device, 1}, Way{"row-major", data.rows + feature, ROW_BYTES}}) {
      auto mark = [&] { launch<mark_left>(dim3(tiles), TILE_THREADS, 0, way.column, way.stride, split, (const int*)level.order, (const int*)ints[0], (const int*)ints[1], marks, counts); };
      auto scan = [&] { launch<scan_counts>(dim3(1), 1024, 0, (const int*)counts, tiles, before); };
      auto move = [&] { launch<move_rows>(dim3(tiles), TILE_THREADS, 0, (const int*)level.order, (const int*)ints[0], (const int*)ints[1], (const int*)ints[2], (const int*)ints[3], (const int*)ints[4], (const unsigned*)marks, (const int*)before, moved); };
      auto whole = [&] { mark(), scan(), move(); };
      fill(moved, 0xFF, num_rows * 4ll);
      whole();
      finish();
      copy_out(got.data(), moved, num_rows * 4ll);
      bool equal = got == expected_order;
      is_right &= equal;
      double least, all = time_of(whole, 1, least), a = time_of(mark, 1, least), b = time_of(scan, 1, least), c = time_of(move, 1, least);
      printf("partition of %d node(s), %-10s %8.4f ms (mark %.4f, scan %.4f, move %.4f) %.3e rows/s %s\n", level.num_nodes, way.name, all,
             a, b, c, num_rows / all * 1e3, equal ? "exact" : "WRONG");
      fprintf(csv, "partition,\"%d nodes, %s\",mark %.5f scan %.5f move %.5f,,,,,,%.5f,,%.4e,%d\n", level.num_nodes, way.name, a, b, c, all,
              num_rows / all * 1e3, !equal);
    }
    for (int i = 0; i < 5; i++) device_free(ints[i]);
    device_free(marks), device_free(counts), device_free(before);
  }
  return is_right;
}

static bool run_gradients() {
  std::vector<float> scores(num_rows), labels(num_rows);
  for (int row = 0; row < num_rows; row++) {
    u64 random = mix(row + (1ull << 40));
    scores[row] = (float)(((random & 0xFFFFFF) / 16777216.0 - 0.5) * 12);
    labels[row] = (float)(random >> 63);
  }
  std::vector<i64> table(32), expected_gradients(num_rows), got(num_rows);
  for (int j = 0; j < 32; j++) {
    double v = std::exp2(j / 32.0);
    memcpy(&table[j], &v, 8);
  }
  LogisticScale scale{1 << 30, 1u << 31};
  in_parallel(num_rows, [&](i64 begin, i64 end) {
    for (i64 row = begin; row < end; row++) expected_gradients[row] = logistic_row(scores[row], labels[row], scale, table.data());
  });
  float *s = device_array<float>(num_rows), *l = device_array<float>(num_rows);
  i64 *t = device_array<i64>(32), *out = device_array<i64>(num_rows);
  u64* totals = device_array<u64>(4);
  copy_in(s, scores.data(), num_rows * 4ll);
  copy_in(l, labels.data(), num_rows * 4ll);
  copy_in(t, table.data(), 256);
  bool is_right = true;
  for (int blocks_each : {4, 8}) {
    auto body = [&] { launch<logistic_gradients>(dim3(num_sms * blocks_each), 256, 0, (const float*)s, (const float*)l, num_rows, scale, (const i64*)t, out, totals); };
    fill(out, 0xFF, num_rows * 8ll);
    fill(totals, 0, 32);
    body();
    finish();
    u64 sums[4], wanted[4] = {0, 0, 0, 0};
    copy_out(got.data(), out, num_rows * 8ll);
    copy_out(sums, totals, 32);
    for (i64 packed : expected_gradients) wanted[0] += (u64)(packed >> 32), wanted[1] += (u64)std::llabs(packed >> 32), wanted[2] += (u64)(int)packed, wanted[3]++;
    bool equal = got == expected_gradients && !memcmp(sums, wanted, 32);
    is_right &= equal;
    double least, ms = time_of(body, 1, least);
    printf("logistic gradients, %d blocks each        %8.4f ms %.3e rows/s %.0f GB/s %s\n", blocks_each, ms, num_rows / ms * 1e3,
           num_rows * 16.0 / ms / 1e6, equal ? "exact" : "WRONG");
    fprintf(csv, "gradients,\"logistic, %d blocks each\",,,,,,,%.5f,,%.4e,%d\n", blocks_each, ms, num_rows / ms * 1e3, !equal);
  }
  return is_right;
}

int main(int argc, char** argv) {
  if (argc < 2) return fprintf(stderr, "bench FOLDER [rows]\n"), 2;
#ifndef __CUDACC__
  is_rehearsal = true;
  num_rows = 20011, deep_nodes = 64;
#endif
  if (argc > 2) num_rows = atoi(argv[2]);
  if (argc > 3) is_rehearsal = true, deep_nodes = 64;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  auto since = std::chrono::steady_clock::now();
  auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count(); };
  csv = fopen((std::string(argv[1]) + "/bench.csv").c_str(), "w");
  fprintf(csv, "data,variant,case,waves,rows a block,registers,local bytes,blocks,ms,least ms,rows x features a second,wrong\n");
  num_sms = multiprocessors();

  measure_atomics<OWN_BANK>("shared add, 32 bits, every lane its bank");
  measure_atomics<OWN_BANK_RETURNING>("shared add with result, every lane its bank");
  measure_atomics<RANDOM_BANK>("shared add, 32 bits, random banks");
  measure_atomics<ONE_CELL>("shared add, 32 bits, two cells a warp");
  measure_atomics<OWN_BANK_64>("shared add, 64 bits, every lane its bank");
  measure_atomics<READ_WRITE_64>("shared read and write, 64 bits, not atomic");

  gradients.resize(num_rows);
  for (int row = 0; row < num_rows; row++) {
    u64 random = mix(row + (1ull << 50));
    int g = (int)((random >> 32) % ((2u << 30) + 1)) - (1 << 30), h = 1 + (int)((unsigned)random % (1u << 30));
    gradients[row] = (random & 63) == 0 ? 0 : ((i64)g << 32) | h;
  }
  gradients_device = device_array<i64>(num_rows);
  copy_in(gradients_device, gradients.data(), num_rows * 8ll);
  std::vector<int> offset(FEATURES + 1);
  for (int f = 0; f <= FEATURES; f++) offset[f] = f * BINS;
  offsets = device_array<int>(offset.size());
  copy_in(offsets, offset.data(), offset.size() * 4);
  size_t most = (size_t)deep_nodes * TOTAL_BINS * 3;
  histograms_device = device_array<u64>(most);
  expected = device_array<u64>(most);
  differences = device_array<u64>(1);
  make_levels();
  std::vector<Data> sets(2);
  make_data(sets[0], "uniform", false);
  make_data(sets[1], "skewed", true);
  add_variants();
  printf("%d rows x %d features made in %.1f s\n", num_rows, FEATURES, seconds());
  bool is_right = true;
  for (const Data& data : sets) {
    printf("\n%s bins: ms a launch, best of rows a block\n%-58s %s\n", data.name.c_str(), "variant",
           "reg loc blk  root  by order    1/2      1/8      1/32   32 nodes  deep level");
    for (const Variant& v : variants) is_right &= run_variant(data, v);
    printf("until here %.1f s\n", seconds());
    if (&data == &sets[0]) is_right &= run_partition(data) & run_gradients();
  }
  printf("%s in %.1f s\n", is_right ? "all exact" : "NOT ALL EXACT", seconds());
  fclose(csv);
  return is_right ? 0 : 1;
}
