// Rows, nodes and sums of the bench, and how a variant is described, checked and timed.
#pragma once

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
  unsigned char *rows, *words, *records;
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
static unsigned* partials;

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
  // The last four bytes of a record: its coarse gradient and hessian.
  std::vector<unsigned char> records = data.bins;
  for (int row = 0; row < num_rows; row++) {
    int g = (int)(gradients[row] >> 32), h = (int)gradients[row];
    unsigned record = (unsigned)((h + (1 << 13)) >> 14) << 16 | ((unsigned)((g + (1 << 14)) >> 15) & 0xFFFFu);
    memcpy(&records[(size_t)row * ROW_BYTES + 28], &record, 4);
  }
  data.records = device_array<unsigned char>(records.size());
  copy_in(data.records, records.data(), records.size());
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

static int rows_a_block(const Variant& v, i64 rows, double waves) {
  i64 slots = std::max<i64>(1, (i64)(num_sms * v.occupancy.blocks / v.groups * waves));
  i64 piece = (rows + slots - 1) / slots;
  // Less than this and clearing and moving out are most of the work.
  return (int)std::min<i64>(65535, std::max<i64>(piece, 512));
}
