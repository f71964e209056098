// What is timed beside histograms: atomics, the partition, gradients.
#pragma once

template <int PATTERN>
static void measure_atomics(const char* name) {
  int shared = 8 * PLACES * 32, steps = is_rehearsal ? 1 : 200;
  Occupancy o = occupancy<shared_atomics<PATTERN>>(512, shared);
  int blocks = num_sms * o.blocks;
  long long* clocks = device_array<long long>(blocks);
  unsigned* sink = device_array<unsigned>(1);
  // The clock rises under load only: a while of it.
  for (double ms = 0; ms < 200; ms += is_rehearsal ? 200 : 0) {
    ms += milliseconds([&] { launch<shared_atomics<PATTERN>>(dim3(blocks), 512, shared, steps, clocks, sink); });
  }
  finish();
  std::vector<long long> host(blocks);
  copy_out(host.data(), clocks, blocks * 8);
  std::sort(host.begin(), host.end());
  double least, ms = time_of([&] { launch<shared_atomics<PATTERN>>(dim3(blocks), 512, shared, steps, clocks, sink); }, 1, least);
  double warp_adds = (double)steps * 16 * (512 / 32) * o.blocks;
  double clocks_each = host[blocks / 2] / warp_adds;
  printf("%-58s %.3f clocks of a multiprocessor a warp's add; %.3e lanes' adds a second; %.2f GHz at most\n", name, clocks_each,
         warp_adds * num_sms * 32 / ms * 1e3, host.back() / ms / 1e6);
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
