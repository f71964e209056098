// Times the histogram kernels of tree.cu and candidates for them, and checks every sum against the CPU's. See README.md.
//
// bench FOLDER [rows [check|profile]]: with check, nothing is timed; profile: one launch of each variant at the root, for ncu

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
#include "ahead.cuh"
#include "rows.cuh"
#include "cases.h"
#include "variants.h"
#include "rest.h"

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
    for (double waves : {0.25, 0.5, 1.0, 2.0, 0.0}) {
      // Only small nodes gain by fewer blocks; nothing gains by four waves.
      if (is_rehearsal ? waves != 1 && waves != 0 : waves && waves < 1 && (c.is_one_launch || c.level == 0)) continue;
      // 0: the longest pieces there can be.
      i64 rows = c.is_one_launch ? num_rows : num_rows / level.num_nodes;
      int piece = waves > 0 ? rows_a_block(v, rows, waves) : 65535;
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
      fprintf(csv, "%s,\"%s\",%s,%g,%d,%d,%d,%d,%.5f,%.5f,%.4e,%llu\n", data.name.c_str(), v.name.c_str(), c.name, waves, piece,
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

// One launch of each variant.
static void run_profile(const Data& data) {
  const Level& root = levels[0];
  for (const Variant& v : variants) {
    int piece = rows_a_block(v, num_rows, 1), x = (num_rows + piece - 1) / piece;
    printf("%s\n", v.name.c_str());
    v.run(data, nullptr, root.begins_device, root.ends_device, root.slots, x, 1, piece);
    finish();
  }
}

int main(int argc, char** argv) {
  if (argc < 2) return fprintf(stderr, "bench FOLDER [rows]\n"), 2;
#ifndef __CUDACC__
  is_rehearsal = true;
  num_rows = 20011, deep_nodes = 64;
#endif
  if (argc > 2) num_rows = atoi(argv[2]);
  bool is_profile = argc > 3 && !strcmp(argv[3], "profile");
  if (argc > 3) is_rehearsal = true, deep_nodes = 64;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  auto since = std::chrono::steady_clock::now();
  auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count(); };
  csv = fopen((std::string(argv[1]) + "/bench.csv").c_str(), "w");
  fprintf(csv, "data,variant,case,waves,rows a block,registers,local bytes,blocks,ms,least ms,rows x features a second,wrong\n");
  num_sms = multiprocessors();

  if (!is_profile) {
    measure_atomics<OWN_BANK>("shared add, 32 bits, every lane its bank");
    measure_atomics<OWN_BANK_RETURNING>("shared add with result, every lane its bank");
    measure_atomics<RANDOM_BANK>("shared add, 32 bits, random banks");
    measure_atomics<ONE_CELL>("shared add, 32 bits, two cells a warp");
    measure_atomics<OWN_BANK_64>("shared add, 64 bits, every lane its bank");
    measure_atomics<READ_WRITE_64>("shared read and write, 64 bits, not atomic");
  }

  gradients.resize(num_rows);
  for (int row = 0; row < num_rows; row++) {
    u64 random = mix(row + (1ull << 50));
    // Coarse values within 16 bits, for the records.
    int g = (int)((random >> 32) % ((2u << 30) - (4u << 15))) - ((1 << 30) - (2 << 15)), h = 1 + (int)((unsigned)random % ((1u << 30) - (1u << 15)));
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
  partials = device_array<unsigned>((size_t)(is_rehearsal ? 512 : 4096) * 4 * PLACES * 32);
  make_levels();
  std::vector<Data> sets(2);
  make_data(sets[0], "uniform", false);
  make_data(sets[1], "skewed", true);
  add_variants();
  printf("%d rows x %d features made in %.1f s\n", num_rows, FEATURES, seconds());
  if (is_profile) return run_profile(sets[0]), 0;
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
