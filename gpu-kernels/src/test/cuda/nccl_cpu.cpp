// As much of NCCL (libnccl.so.2) as NcclCommunicator calls, between processes on one machine, for tests beside driver_cpu.cpp: memory of a
// device is the process's own, and a sum runs in its stream as a function of the host.
//
// It is as slow as NCCL may be: no call of a communicator has done anything before ncclCommGetAsyncError was asked twice. A sum is by rank,
// ((v0 + v1) + v2) + ..., and waits for ranks that do not come for ever, or until it is aborted. In the environment: NCCL_CPU_FOLDER is where
// groups meet, without which there are none, NCCL_CPU_VERSION the version, NCCL_CPU_FAILS how many sums go well before one fails.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#define CALL(type, name, ...) extern "C" __attribute__((visibility("default"))) type name(__VA_ARGS__)

enum { SUCCESS = 0, SYSTEM_ERROR = 2, INVALID_ARGUMENT = 4, INVALID_USAGE = 5, REMOTE_ERROR = 6, IN_PROGRESS = 7 };
enum { FLOAT = 7, SUM = 0, MOST_RANKS = 8, SLOW = 2 };
static const size_t CHUNK = 1 << 16;

struct Id {
  char path[128];
};

// As 2.14 has it.
struct Config {
  size_t size;
  unsigned magic, version;
  int blocking;
};

// What the ranks of a group share: a file.
struct Room {
  std::atomic<int> joined, left, arrived;
  std::atomic<unsigned> meeting;
  float values[MOST_RANKS][CHUNK];
};

struct Communicator {
  Room* room;
  int size, rank;
  std::atomic<bool> is_aborted;
  // What was begun, until the state has been asked often enough.
  int asked;
  bool is_joined, is_leaving;
  int sums, error;
  float* values;
  size_t count;
  void* stream;
};

struct Sum {
  Communicator* of;
  float* values;
  size_t count;
};

static int number(const char* name, int otherwise) {
  const char* text = getenv(name);
  return text ? atoi(text) : otherwise;
}

static void meet(Communicator* c) {
  Room* room = c->room;
  unsigned meeting = room->meeting;
  if (++room->arrived == c->size) {
    room->arrived = 0;
    room->meeting++;
  }
  while (room->meeting == meeting && !c->is_aborted) usleep(20);
}

static void run(void* data) {
  Sum* sum = (Sum*)data;
  Communicator* c = sum->of;
  for (size_t at = 0; at < sum->count && !c->is_aborted; at += CHUNK) {
    size_t n = std::min(CHUNK, sum->count - at);
    memcpy(c->room->values[c->rank], sum->values + at, n * sizeof(float));
    meet(c);
    for (size_t i = 0; i < n && !c->is_aborted; i++) {
      float total = c->room->values[0][i];
      for (int rank = 1; rank < c->size; rank++) total += c->room->values[rank][i];
      sum->values[at + i] = total;
    }
    meet(c);
  }
  delete sum;
}

static int give(Communicator* c) {
  typedef int Launch(void*, void (*)(void*), void*);
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  Launch* launch = driver ? (Launch*)dlsym(driver, "cuLaunchHostFunc") : nullptr;
  if (!launch || launch(c->stream, run, new Sum{c, c->values, c->count})) return SYSTEM_ERROR;
  c->values = nullptr;
  return SUCCESS;
}

CALL(int, ncclGetVersion, int* version) { return *version = number("NCCL_CPU_VERSION", 23007), SUCCESS; }
CALL(const char*, ncclGetErrorString, int code) {
  return code == REMOTE_ERROR ? "remote process exited or there was a network error" : "refused";
}
CALL(const char*, ncclGetLastError, void*) { return ""; }

CALL(int, ncclGetUniqueId, Id* id) {
  memset(id, 0, sizeof *id);
  const char* folder = getenv("NCCL_CPU_FOLDER");
  if (!folder) return INVALID_USAGE;
  snprintf(id->path, sizeof id->path, "%s/group-XXXXXX", folder);
  int file = mkstemp(id->path);
  if (file < 0 || ftruncate(file, sizeof(Room))) return SYSTEM_ERROR;
  return close(file), SUCCESS;
}

CALL(int, ncclCommInitRankConfig, Communicator** made, int size, Id id, int rank, const Config* config) {
  *made = nullptr;
  if (size > MOST_RANKS || rank < 0 || rank >= size) return INVALID_ARGUMENT;
  if (config->magic != 0xcafebeef || config->size != 24 || config->version != 21400 || config->blocking) return INVALID_ARGUMENT;
  int file = open(id.path, O_RDWR);
  void* room = file < 0 ? MAP_FAILED : mmap(nullptr, sizeof(Room), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (room == MAP_FAILED) return SYSTEM_ERROR;
  close(file);
  Communicator* c = *made = new Communicator();
  c->room = (Room*)room;
  c->size = size;
  c->rank = rank;
  if (++c->room->joined == size) unlink(id.path);
  return IN_PROGRESS;
}

CALL(int, ncclCommGetAsyncError, Communicator* c, int* code) {
  *code = IN_PROGRESS;
  if (c->error) return *code = c->error, SUCCESS;
  if (++c->asked < SLOW) return SUCCESS;
  if (!c->is_joined) {
    c->is_joined = c->room->joined == c->size;
    if (!c->is_joined) return SUCCESS;
  }
  if (c->values) {
    *code = c->error = give(c);
  } else if (!c->is_leaving || c->room->left == c->size) {
    *code = SUCCESS;
  }
  return SUCCESS;
}

CALL(int, ncclAllReduce, const float* from, float* to, size_t count, int type, int op, Communicator* c, void* stream) {
  // In their own place only, and not before what was begun is done.
  if (from != to || type != FLOAT || op != SUM || !stream) return INVALID_ARGUMENT;
  if (!c->is_joined || c->values || c->is_leaving || c->is_aborted) return INVALID_USAGE;
  if (c->sums++ == number("NCCL_CPU_FAILS", INT_MAX)) return c->error = REMOTE_ERROR;
  c->values = to;
  c->count = count;
  c->stream = stream;
  c->asked = 0;
  return IN_PROGRESS;
}

CALL(int, ncclCommFinalize, Communicator* c) {
  if (c->is_leaving || c->values) return INVALID_USAGE;
  c->is_leaving = true;
  c->asked = 0;
  c->room->left++;
  return IN_PROGRESS;
}

// What is still in a stream may look at it: it is not freed.
CALL(int, ncclCommDestroy, Communicator* c) { return c->is_leaving ? SUCCESS : INVALID_USAGE; }
CALL(int, ncclCommAbort, Communicator* c) { return c->is_aborted = true, SUCCESS; }
