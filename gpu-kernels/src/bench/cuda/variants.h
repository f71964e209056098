// The variants that are compared. The first round's others, and their times, are in decision 5.
#pragma once

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

// A kernel of tree.cu.
template <auto FUNCTION>
static void add_kernel(const char* name, bool is_fine, bool has_counts, int width) {
  Variant v;
  v.name = name;
  v.is_fine = is_fine, v.has_counts = has_counts, v.threads = THREADS, v.groups = ROW_BYTES / width;
  v.shared_bytes = width * PLACES * ((is_fine ? 4 : 2) + has_counts) * 4;
  v.has_identity = true;
  v.occupancy = occupancy<FUNCTION>(THREADS, v.shared_bytes);
  int shared = v.shared_bytes, groups = v.groups, slot_length = TOTAL_BINS * (has_counts ? 3 : 2);
  v.run = [=](const Data& data, const int* order, const int* begins, const int* ends, const int* slots, int x, int z, int piece) {
    launch<FUNCTION>(dim3(x, groups, z), THREADS, shared, (const unsigned char*)data.rows, ROW_BYTES, FEATURES, (const int*)offsets,
                     (const i64*)gradients_device, order, begins, ends, slots, piece, histograms_device, slot_length);
  };
  variants.push_back(v);
}

template <bool IS_FINE, bool IS_RECORD, bool IS_AHEAD, int UNROLL, int OUT, int THREADS_OF, int BLOCKS>
static void add_ahead() {
  Variant v;
  char label[160];
  snprintf(label, sizeof label, "%s%s%s unroll%d t%d b%d %s", IS_FINE ? "fine" : "coarse", IS_RECORD ? " records" : "", IS_AHEAD ? " ahead" : "",
           UNROLL, THREADS_OF, BLOCKS, OUT == BY_BINS ? "bins" : OUT == BY_NUMBERS ? "numbers" : "partials");
  v.name = label;
  v.is_fine = IS_FINE, v.has_counts = false, v.threads = THREADS_OF, v.groups = 1;
  v.shared_bytes = Sums<IS_FINE, false, 32>::NUM_PLANES * Sums<IS_FINE, false, 32>::PLANE * 4;
  v.has_identity = true;
  occupancy<histograms_ahead<IS_FINE, IS_RECORD, IS_AHEAD, UNROLL, OUT, true, THREADS_OF, BLOCKS>>(THREADS_OF, v.shared_bytes);
  v.occupancy = occupancy<histograms_ahead<IS_FINE, IS_RECORD, IS_AHEAD, UNROLL, OUT, false, THREADS_OF, BLOCKS>>(THREADS_OF, v.shared_bytes);
  int shared = v.shared_bytes, slot_length = TOTAL_BINS * 2;
  v.run = [=](const Data& data, const int* order, const int* begins, const int* ends, const int* slots, int x, int z, int piece) {
    const unsigned char* bins = IS_RECORD ? data.records : data.rows;
    if (order) {
      launch<histograms_ahead<IS_FINE, IS_RECORD, IS_AHEAD, UNROLL, OUT, false, THREADS_OF, BLOCKS>>(
          dim3(x, 1, z), THREADS_OF, shared, bins, FEATURES, (const int*)offsets, (const i64*)gradients_device, order, begins, ends, slots, piece,
          histograms_device, slot_length, partials);
    } else {
      launch<histograms_ahead<IS_FINE, IS_RECORD, IS_AHEAD, UNROLL, OUT, true, THREADS_OF, BLOCKS>>(
          dim3(x, 1, z), THREADS_OF, shared, bins, FEATURES, (const int*)offsets, (const i64*)gradients_device, order, begins, ends, slots, piece,
          histograms_device, slot_length, partials);
    }
    if (OUT == BY_PARTIALS) {
      launch<add_partials<IS_FINE>>(dim3(PLACES * 32 / 256, (x * z + 15) / 16), 256, 0, (const unsigned*)partials, x * z, x, slots, FEATURES,
                                    (const int*)offsets, histograms_device, slot_length);
    }
  };
  variants.push_back(v);
}

static void add_variants() {
  add_kernel<histograms_coarse>("tree.cu coarse", false, false, 32);
  add_kernel<histograms_coarse_counts>("tree.cu coarse counts", false, true, 32);
  add_kernel<histograms_fine>("tree.cu fine", true, false, 32);
  add_kernel<histograms_fine_counts>("tree.cu fine counts", true, true, 32);
  add_kernel<histograms_narrow_coarse>("tree.cu narrow coarse", false, false, 8);
  add_kernel<histograms_narrow_fine>("tree.cu narrow fine", true, false, 8);
  // The first round's best of each kind; its other variants and their times are in decision 5.
  add<COARSE, 32, 16, 2, 1024, 1, 4>("coarse");
  add<COARSE, 32, 16, 2, 1024, 1, 8>("coarse");
  add<COARSE, 32, 4, 4, 512, 3, 4>("coarse");
  add<FINE, 32, 16, 2, 1024, 1, 4>("fine");
  add<COARSE_COUNTS, 32, 16, 2, 512, 2, 4>("coarse counts");
  add<FINE_COUNTS, 32, 16, 2, 1024, 1, 4>("fine counts");
  add_ahead<false, false, false, 2, BY_NUMBERS, 1024, 1>();
  add_ahead<false, false, false, 2, BY_PARTIALS, 1024, 1>();
  add_ahead<false, false, true, 1, BY_BINS, 1024, 1>();
  add_ahead<false, false, true, 2, BY_BINS, 1024, 1>();
  add_ahead<false, false, true, 2, BY_PARTIALS, 1024, 1>();
  add_ahead<false, false, true, 2, BY_PARTIALS, 512, 2>();
  add_ahead<false, true, false, 2, BY_PARTIALS, 1024, 1>();
  add_ahead<false, true, true, 2, BY_PARTIALS, 1024, 1>();
  add_ahead<true, false, true, 1, BY_PARTIALS, 1024, 1>();
  add_ahead<true, false, false, 2, BY_PARTIALS, 1024, 1>();
}
