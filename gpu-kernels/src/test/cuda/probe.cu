// Kernels that show whether the emulator does what a GPU does.

KERNEL block_sums(const int* values, int* sums, int n) {
  __shared__ int parts[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int v = i < n ? values[i] : 0;
  for (int d = 16; d; d >>= 1) v += __shfl_down_sync(0xFFFFFFFFu, v, d);
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = v;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (unsigned w = 1; w < blockDim.x / 32; w++) v += parts[w];
    sums[blockIdx.x] = v;
  }
}
EXPORT_KERNEL(block_sums)

KERNEL votes(int* out) {
  int is_odd = threadIdx.x & 1;
  unsigned ballot = __ballot_sync(0xFFFFFFFFu, is_odd);
  int odd = __syncthreads_count(is_odd);
  int up = __shfl_up_sync(0xFFFFFFFFu, (int)threadIdx.x, 1);
  int across = __shfl_xor_sync(0xFFFFFFFFu, (int)threadIdx.x, 3);
  int first = __shfl_sync(0xFFFFFFFFu, (int)threadIdx.x, 0);
  out[threadIdx.x] = (ballot == 0xAAAAAAAAu ? 1000000 : 0) + odd * 10000 + up + across + first;
}
EXPORT_KERNEL(votes)

// Wrong on purpose: the mask names lanes that do not take part.
KERNEL divergent_shuffle(int* out) {
  int v = threadIdx.x;
  if (threadIdx.x < 8) v += __shfl_down_sync(0xFFFFFFFFu, v, 1);
  out[threadIdx.x] = v;
}
EXPORT_KERNEL(divergent_shuffle)

// A warp reads what its neighbour writes; wrong on purpose where there is no barrier between.
KERNEL neighbours(int* out, int has_barrier) {
  __shared__ int values[64];
  values[threadIdx.x] = blockIdx.x;
  if (has_barrier) __syncthreads();
  out[blockIdx.x * 64 + threadIdx.x] = values[threadIdx.x ^ 32] == (int)blockIdx.x;
  __syncthreads();
  values[threadIdx.x] = -1;
}
EXPORT_KERNEL(neighbours)
