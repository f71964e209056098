// Runs CUDA kernels on the CPU, for tests. Put in front of a .cu file by
//   g++ -std=c++17 -ffp-contract=off -U_FORTIFY_SOURCE -include cuda_cpu.h -x c++ kernels.cu -shared -fPIC -pthread
//
// Each CUDA thread is a fiber with its own stack. A fiber runs until it meets a barrier or a warp collective, then the
// next one goes on; so barriers, shuffles and votes mean what they mean on a GPU. Warps of a block, and threads of a warp, take
// their turns in an order that changes from barrier to barrier and block to block, so that a barrier that is missing shows in
// wrong results. Blocks are spread over OS threads, and atomics are real ones. A collective that a lane named in its mask never reaches is reported, where a GPU would hang.
//
// Not covered: inline PTX, races between blocks' plain memory accesses, speed.
#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#define __global__ static
// Not static: member functions are device functions too.
#define __device__ inline
#define __host__
#define __forceinline__
#define __constant__ static
#define __launch_bounds__(...)
// A block stays on one OS thread, so what a thread sees is what the block shares.
#define __shared__ static thread_local

#define KERNEL __global__ void
#define EXPORT_KERNEL(name) static cuda_cpu::Registration registration_of_##name(#name, cuda_cpu::Unpacked<name>::run);
#define DYNAMIC_SHARED(type, name) type* name = reinterpret_cast<type*>(cuda_cpu::block.dynamic_shared)

struct uint2 { unsigned x, y; };
struct alignas(8) float2 { float x, y; };
struct uint3 { unsigned x, y, z; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(16) float4 { float x, y, z, w; };

// Unnamed inside, or two libraries of kernels in one process would share the first one's registry.
namespace cuda_cpu {
namespace {

constexpr int WARP = 32;
constexpr size_t STACK_BYTES = 64 << 10;
constexpr int MAX_SHARED_BYTES = 227 << 10;
constexpr int MAX_THREADS = 1024;

enum class State : uint8_t { READY, AT_BARRIER, AT_COLLECTIVE, DONE };
enum class Collective : uint8_t { SHUFFLE, BALLOT, SYNC, TOGETHER };

// What all lanes of a warp do at once, with operands of their own, one after the other.
using Together = void (*)(void* const (&operands)[WARP]);

struct Fiber {
  jmp_buf position;
  ucontext_t start;
  std::unique_ptr<char[]> stack{new char[STACK_BYTES]};
};

struct Thread {
  uint3 index;
  int linear;
  State state;
  // What it waits for, and what came of it.
  Collective collective;
  unsigned mask;
  int source_lane;
  uint64_t value, result;
  Together together;
  Fiber* fiber;
};

struct Block {
  uint3 grid, size, index;
  char* dynamic_shared;
  int votes, vote_result;
  uint64_t random;
};

// An order of taking turns: from some one on, up or down, all round.
struct Turns {
  int count, first, step;
  Turns(uint64_t& random, int count) : count(count) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    first = int((random >> 33) % uint64_t(count));
    step = random >> 63 ? 1 : count - 1;
  }
  int operator[](int i) const { return int((first + int64_t(i) * step) % count); }
};

using Body = void (*)(void**);
static thread_local Block block;
static thread_local Thread* current;
static thread_local jmp_buf scheduler;
static thread_local std::vector<std::unique_ptr<Fiber>>* all_fibers;
static thread_local std::vector<Fiber*>* idle_fibers;
static thread_local Body body;
static thread_local void** arguments;

// Gives way to the scheduler; returns when the scheduler resumes this thread.
static inline void give_way() {
  if (!_setjmp(current->fiber->position)) _longjmp(scheduler, 1);
}

// The main function of every fiber: one CUDA thread after another.
static void run_threads() {
  for (;;) {
    body(arguments);
    current->state = State::DONE;
    give_way();
  }
}

static inline void resume(Thread* thread) {
  current = thread;
  if (_setjmp(scheduler)) return;
  if (thread->fiber) _longjmp(thread->fiber->position, 1);
  if (!idle_fibers->empty()) {
    thread->fiber = idle_fibers->back();
    idle_fibers->pop_back();
    _longjmp(thread->fiber->position, 1);
  }
  all_fibers->emplace_back(new Fiber);
  Fiber* fiber = all_fibers->back().get();
  thread->fiber = fiber;
  getcontext(&fiber->start);
  fiber->start.uc_stack.ss_sp = fiber->stack.get();
  fiber->start.uc_stack.ss_size = STACK_BYTES;
  fiber->start.uc_link = nullptr;
  makecontext(&fiber->start, run_threads, 0);
  setcontext(&fiber->start);
}

static inline uint64_t meet(Collective collective, unsigned mask, uint64_t value, int source_lane) {
  Thread* self = current;
  self->collective = collective;
  self->mask = mask;
  self->value = value;
  self->source_lane = source_lane;
  self->state = State::AT_COLLECTIVE;
  give_way();
  return self->result;
}

static inline bool all_arrived(const Thread* lanes, unsigned mask, const Thread& one, int num_lanes) {
  // No lane can be missing, not even one that the block does not have.
  if (one.collective == Collective::TOGETHER && num_lanes != WARP) return false;
  for (int lane = 0; lane < num_lanes; lane++) {
    const Thread& other = lanes[lane];
    bool is_there = other.state == State::AT_COLLECTIVE && other.mask == one.mask && other.collective == one.collective &&
                    other.together == one.together;
    if ((mask >> lane & 1) && !is_there) return false;
  }
  return true;
}

static inline void complete(Thread* lanes, unsigned mask, Collective collective, int num_lanes) {
  if (collective == Collective::TOGETHER) {
    void* operands[WARP];
    for (int lane = 0; lane < WARP; lane++) operands[lane] = reinterpret_cast<void*>(lanes[lane].value);
    lanes[0].together(operands);
  }
  uint64_t ballot = 0;
  for (int lane = 0; lane < num_lanes; lane++) {
    if ((mask >> lane & 1) && lanes[lane].value) ballot |= uint64_t(1) << lane;
  }
  for (int lane = 0; lane < num_lanes; lane++) {
    if (!(mask >> lane & 1)) continue;
    int source = lanes[lane].source_lane;
    bool can_read = source < num_lanes && (mask >> source & 1);
    lanes[lane].result = collective == Collective::BALLOT ? ballot : lanes[can_read ? source : lane].value;
    lanes[lane].state = State::READY;
  }
}

// Runs a warp until every lane is done or at a barrier. False: some lanes wait for others that never come.
static inline bool run_warp(Thread* lanes, int num_lanes) {
  unsigned present = num_lanes == WARP ? ~0u : (1u << num_lanes) - 1;
  for (;;) {
    bool has_moved = false, is_waiting = false;
    Turns turns(block.random, num_lanes);
    for (int i = 0; i < num_lanes; i++) {
      int lane = turns[i];
      if (lanes[lane].state != State::READY) continue;
      has_moved = true;
      resume(&lanes[lane]);
      if (lanes[lane].state == State::DONE) {
        idle_fibers->push_back(lanes[lane].fiber);
        lanes[lane].fiber = nullptr;
      }
    }
    for (int lane = 0; lane < num_lanes; lane++) {
      if (lanes[lane].state != State::AT_COLLECTIVE) continue;
      is_waiting = true;
      unsigned mask = lanes[lane].mask & present;
      if (!all_arrived(lanes, mask, lanes[lane], num_lanes)) continue;
      complete(lanes, mask, lanes[lane].collective, num_lanes);
      has_moved = true;
    }
    if (!is_waiting) return true;
    if (!has_moved) return false;
  }
}

static inline bool run_block(std::vector<Thread>& threads) {
  int num_threads = int(threads.size()), num_warps = (num_threads + WARP - 1) / WARP;
  for (;;) {
    Turns turns(block.random, num_warps);
    for (int i = 0; i < num_warps; i++) {
      int first = turns[i] * WARP;
      if (!run_warp(&threads[first], std::min(WARP, num_threads - first))) return false;
    }
    bool is_waiting = false;
    block.vote_result = block.votes;
    block.votes = 0;
    for (Thread& thread : threads) {
      if (thread.state != State::AT_BARRIER) continue;
      is_waiting = true;
      thread.state = State::READY;
    }
    if (!is_waiting) return true;
  }
}

static inline std::map<std::string, Body>& kernels() {
  static std::map<std::string, Body> all;
  return all;
}

struct Registration { Registration(const char* name, Body kernel) { kernels()[name] = kernel; } };

// Turns an array of pointers to arguments, as cuLaunchKernel takes it, into a call.
template <auto F>
struct Unpacked;

template <class... A, void (*F)(A...)>
struct Unpacked<F> {
  template <size_t... I>
  static void call(void** p, std::index_sequence<I...>) {
    F(*static_cast<std::remove_reference_t<A>*>(p[I])...);
  }
  static void run(void** p) { call(p, std::index_sequence_for<A...>{}); }
};

struct Launch {
  Body kernel;
  void** arguments;
  uint3 grid, size;
  int shared_bytes; std::atomic<long> next{0};
  std::atomic<bool> has_failed{false};
};

static inline void run_blocks(Launch& launch) {
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber*> idle;
  all_fibers = &fibers;
  idle_fibers = &idle;
  body = launch.kernel;
  arguments = launch.arguments;
  std::vector<char> shared(launch.shared_bytes + 128);
  std::vector<Thread> threads(size_t(launch.size.x) * launch.size.y * launch.size.z);
  long num_blocks = long(launch.grid.x) * launch.grid.y * launch.grid.z;
  for (long b; !launch.has_failed && (b = launch.next++) < num_blocks;) {
    // Shared memory is not zero on a GPU either.
    memset(shared.data(), 0xCD, shared.size());
    char* aligned = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(shared.data()) + 127) & ~uintptr_t(127));
    uint3 index = {unsigned(b % launch.grid.x), unsigned(b / launch.grid.x % launch.grid.y),
                   unsigned(b / launch.grid.x / launch.grid.y)};
    block = {launch.grid, launch.size, index, aligned, 0, 0, uint64_t(b)};
    for (unsigned i = 0; i < threads.size(); i++) {
      threads[i] = Thread{};
      threads[i].index = {i % launch.size.x, i / launch.size.x % launch.size.y, i / launch.size.x / launch.size.y};
      threads[i].linear = int(i);
    }
    if (!run_block(threads)) launch.has_failed = true;
  }
}

template <class T>
static inline T shuffle(unsigned mask, T value, int source_lane) {
  static_assert(sizeof(T) <= sizeof(uint64_t), "shuffles move at most 8 bytes");
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  bits = meet(Collective::SHUFFLE, mask, bits, source_lane);
  memcpy(&value, &bits, sizeof value);
  return value;
}

// For products of a whole warp: done when the last lane has come, so that no lane changes operands which others still read.
static inline void together(Together function, void* operands) {
  current->together = function;
  meet(Collective::TOGETHER, ~0u, reinterpret_cast<uint64_t>(operands), 0);
  current->together = nullptr;
}

static inline int lane() { return current->linear & (WARP - 1); }

template <class T, class F>
static inline T update(T* p, F next) {
  T before = __atomic_load_n(p, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(p, &before, next(before), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return before;
}

}  // namespace
}  // namespace cuda_cpu

#define threadIdx (cuda_cpu::current->index)
#define blockIdx (cuda_cpu::block.index)
#define blockDim (cuda_cpu::block.size)
#define gridDim (cuda_cpu::block.grid)
#define warpSize 32

static inline void __syncthreads() {
  cuda_cpu::current->state = cuda_cpu::State::AT_BARRIER;
  cuda_cpu::give_way();
}
static inline int __syncthreads_count(int predicate) {
  cuda_cpu::block.votes += predicate != 0;
  __syncthreads();
  return cuda_cpu::block.vote_result;
}
static inline void __syncwarp(unsigned mask = ~0u) { cuda_cpu::meet(cuda_cpu::Collective::SYNC, mask, 0, 0); }
static inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return unsigned(cuda_cpu::meet(cuda_cpu::Collective::BALLOT, mask, predicate != 0, 0));
}
static inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
static inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, !predicate) == 0; }

template <class T>
static inline T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
  return cuda_cpu::shuffle(mask, value, (cuda_cpu::lane() & ~(width - 1)) | (source & (width - 1)));
}
template <class T>
static inline T __shfl_xor_sync(unsigned mask, T value, int other, int width = 32) {
  int lane = cuda_cpu::lane(), source = lane ^ other;
  return cuda_cpu::shuffle(mask, value, source / width == lane / width ? source : lane);
}
template <class T>
static inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  int lane = cuda_cpu::lane(), source = lane + int(delta);
  return cuda_cpu::shuffle(mask, value, source / width == lane / width ? source : lane);
}
template <class T>
static inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  int lane = cuda_cpu::lane();
  return cuda_cpu::shuffle(mask, value, (lane & (width - 1)) - int(delta) >= 0 ? lane - int(delta) : lane);
}

template <class T>
static inline T atomicAdd(T* p, T value) {
  static_assert(std::is_integral<T>::value, "sums are integers: see the rules of the kernels");
  return __atomic_fetch_add(p, value, __ATOMIC_RELAXED);
}
template <class T>
static inline T atomicMax(T* p, T value) {
  return cuda_cpu::update(p, [value](T before) { return before > value ? before : value; });
}
template <class T>
static inline T atomicMin(T* p, T value) {
  return cuda_cpu::update(p, [value](T before) { return before < value ? before : value; });
}
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned bits) {
  return unsigned(((uint64_t(high) << 32) | low) >> (bits & 31));
}
// Each hexadecimal digit of the selector chooses a byte of b:a; the sign form of the digits is not covered.
static inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
  uint64_t bytes = (uint64_t(b) << 32) | a;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) result |= unsigned(bytes >> (8 * (selector >> (4 * i) & 7)) & 255u) << (8 * i);
  return result;
}
template <class To, class From>
static inline To cuda_cpu_bits(From value) {
  static_assert(sizeof(To) == sizeof(From), "bits are kept");
  To bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
static inline long long __double_as_longlong(double v) { return cuda_cpu_bits<long long>(v); }
static inline double __longlong_as_double(long long v) { return cuda_cpu_bits<double>(v); }
static inline int __float_as_int(float v) { return cuda_cpu_bits<int>(v); }
static inline float __int_as_float(int v) { return cuda_cpu_bits<float>(v); }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline int __clz(int v) { return v ? __builtin_clz(unsigned(v)) : 32; }

// Launches a kernel by name on some OS threads, with arguments as cuLaunchKernel takes them. Returns null, or what is wrong.
extern "C" __attribute__((visibility("default"))) const char* cuda_cpu_launch(
    const char* name, int grid_x, int grid_y, int grid_z, int block_x, int block_y, int block_z, int shared_bytes,
    void** arguments, int num_os_threads) {
  auto found = cuda_cpu::kernels().find(name);
  if (found == cuda_cpu::kernels().end()) return "there is no kernel of this name";
  if (grid_x < 1 || grid_y < 1 || grid_z < 1 || grid_y > 65535 || grid_z > 65535) return "the grid has a side no GPU takes";
  if (long(block_x) * block_y * block_z < 1 || long(block_x) * block_y * block_z > cuda_cpu::MAX_THREADS) {
    return "a block has 1 to 1024 threads";
  }
  if (shared_bytes > cuda_cpu::MAX_SHARED_BYTES) return "more shared memory than any GPU has";
  cuda_cpu::Launch launch;
  launch.kernel = found->second;
  launch.arguments = arguments;
  launch.grid = {unsigned(grid_x), unsigned(grid_y), unsigned(grid_z)};
  launch.size = {unsigned(block_x), unsigned(block_y), unsigned(block_z)};
  launch.shared_bytes = shared_bytes;
  std::vector<std::thread> os_threads;
  for (int i = 0; i < num_os_threads; i++) os_threads.emplace_back([&launch] { cuda_cpu::run_blocks(launch); });
  for (std::thread& thread : os_threads) thread.join();
  return launch.has_failed ? "a lane named in the mask of a warp collective never arrived" : nullptr;
}
