// As much of CUDA's driver (libcuda.so.1) as JCudaDevice calls, on the CPU, for tests. Kernels are those that cuda_cpu.h makes of the .cu files;
// where they are is in the environment: CUDA_CPU_KERNELS=tree=/path/tree.so:elements=/path/elements.so
//
// A stream does nothing before the host waits for it, and then no more than it must: whoever does not wait finds old numbers. What a GPU refuses
// while launches are recorded is refused here. The default stream is refused altogether. For one thread; functions of the host in a stream
// (cuLaunchHostFunc) run in threads of their own.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#define CALL(name, ...) extern "C" __attribute__((visibility("default"))) int name(__VA_ARGS__)

typedef unsigned long long Address;

struct Work {
  std::function<void()> run;
  // A function of the host: nothing behind it is done before it has returned, and who only asks does not wait for it.
  bool is_of_host;
  std::shared_ptr<std::future<void>> running;
  template <typename F>
  Work(F run, bool is_of_host = false) : run(run), is_of_host(is_of_host) {}
};

typedef const char* Launcher(const char*, int, int, int, int, int, int, int, void**, int);

enum {
  OK = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  LAUNCH_FAILED = 719,
  CAPTURE_UNSUPPORTED = 900,

  MAJOR = 75,
  MINOR = 76,
  MULTIPROCESSORS = 16,
  SHARED_BYTES = 97,

  NON_BLOCKING = 1,
  THREAD_LOCAL_CAPTURE = 1,
  OS_THREADS = 2
};

static const size_t TOTAL_BYTES = size_t(4) << 30;

struct Stream {
  std::deque<Work> waiting;
  bool is_recording = false;
  std::vector<Work> recorded;
};

// A place in a stream.
struct Mark {
  Stream* stream;
  bool is_reached;
  std::chrono::steady_clock::time_point time;
};

struct Event {
  std::shared_ptr<Mark> mark;
};

struct Graph {
  std::vector<Work> work;
};

struct Module {
  std::string text;
};

struct Function {
  std::string name;
  Launcher* launcher;
  // Bytes of each argument.
  std::vector<size_t> sizes;
};

static std::vector<Stream*> streams;
static std::map<Address, size_t> blocks;
static size_t used_bytes;
static std::string failure;

static int state() { return failure.empty() ? OK : LAUNCH_FAILED; }

static bool is_recording() {
  for (Stream* stream : streams) {
    if (stream->is_recording) return true;
  }
  return false;
}

static std::future<void>& started(Work& work) {
  if (!work.running) work.running.reset(new std::future<void>(std::async(std::launch::async, work.run)));
  return *work.running;
}

static void step(Stream* stream) {
  if (stream->waiting.front().is_of_host) started(stream->waiting.front()).wait();
  Work work = stream->waiting.front();
  stream->waiting.pop_front();
  if (!work.is_of_host) work.run();
}

// As step, but does not wait.
static void try_step(Stream* stream) {
  Work& work = stream->waiting.front();
  if (!work.is_of_host || started(work).wait_for(std::chrono::seconds(0)) == std::future_status::ready) step(stream);
}

static void finish(Stream* stream) {
  while (!stream->waiting.empty()) step(stream);
}

static void reach(const std::shared_ptr<Mark>& mark) {
  while (!mark->is_reached) step(mark->stream);
}

static int give(Stream* stream, Work work) {
  if (!stream) return INVALID_HANDLE;
  if (stream->is_recording) {
    stream->recorded.push_back(work);
  } else {
    stream->waiting.push_back(work);
  }
  return state();
}

CALL(cuInit, unsigned) { return OK; }
CALL(cuDriverGetVersion, int* version) { return *version = 13000, OK; }
CALL(cuDeviceGetCount, int* count) { return *count = 1, OK; }
CALL(cuDeviceGet, int* device, int ordinal) { return *device = ordinal, OK; }
CALL(cuDeviceGetName, char* name, int length, int) { return strncpy(name, "CUDA on the CPU", size_t(length)), OK; }
CALL(cuDeviceGetUuid, char* uuid, int) {
  const char* given = getenv("CUDA_CPU_UUID");
  return memset(uuid, 0, 16), memcpy(uuid, given ? given : "", given ? strnlen(given, 16) : 0), OK;
}
CALL(cuDeviceTotalMem_v2, size_t* bytes, int) { return *bytes = TOTAL_BYTES, OK; }
CALL(cuDeviceGetAttribute, int* value, int attribute, int) {
  *value = attribute == MAJOR ? 9 : attribute == MULTIPROCESSORS ? 2 : attribute == SHARED_BYTES ? 227 << 10 : 0;
  return attribute == MAJOR || attribute == MINOR || *value ? OK : INVALID_VALUE;
}
CALL(cuDevicePrimaryCtxRetain, void** context, int) { return *context = &streams, OK; }
CALL(cuDevicePrimaryCtxRelease_v2, int) { return OK; }
CALL(cuCtxSetCurrent, void* context) { return context == &streams ? OK : INVALID_HANDLE; }
CALL(cuGetErrorString, int code, const char** text) { return *text = code == LAUNCH_FAILED ? failure.c_str() : "refused", OK; }

CALL(cuMemGetInfo_v2, size_t* free_bytes, size_t* total) { return *free_bytes = TOTAL_BYTES - used_bytes, *total = TOTAL_BYTES, OK; }
CALL(cuMemAlloc_v2, Address* address, size_t bytes) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  void* memory;
  if (bytes > TOTAL_BYTES - used_bytes || posix_memalign(&memory, 512, bytes)) return OUT_OF_MEMORY;
  memset(memory, 0xCD, bytes);
  *address = (Address)memory;
  blocks[*address] = bytes;
  used_bytes += bytes;
  return OK;
}
CALL(cuMemFree_v2, Address address) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  if (!blocks.count(address)) return INVALID_VALUE;
  for (Stream* stream : streams) finish(stream);
  used_bytes -= blocks[address];
  blocks.erase(address);
  free((void*)address);
  return OK;
}
CALL(cuMemHostAlloc, void** memory, size_t bytes, unsigned) { return *memory = malloc(bytes), OK; }
CALL(cuMemFreeHost, void* memory) { return free(memory), OK; }
CALL(cuMemsetD8Async, Address to, unsigned char value, size_t bytes, Stream* stream) {
  return give(stream, [=] { memset((void*)to, value, bytes); });
}
CALL(cuMemcpyHtoDAsync_v2, Address to, const void* from, size_t bytes, Stream* stream) {
  return give(stream, [=] { memcpy((void*)to, from, bytes); });
}
CALL(cuMemcpyDtoHAsync_v2, void* to, Address from, size_t bytes, Stream* stream) {
  return give(stream, [=] { memcpy(to, (const void*)from, bytes); });
}

CALL(cuStreamCreate, Stream** stream, unsigned flags) {
  if (flags != NON_BLOCKING) return INVALID_VALUE;
  streams.push_back(*stream = new Stream);
  return OK;
}
CALL(cuStreamDestroy_v2, Stream* stream) {
  finish(stream);
  for (size_t i = 0; i < streams.size(); i++) {
    if (streams[i] == stream) streams.erase(streams.begin() + long(i));
  }
  delete stream;
  return OK;
}
CALL(cuStreamSynchronize, Stream* stream) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  finish(stream);
  return state();
}
CALL(cuStreamWaitEvent, Stream* stream, Event* event, unsigned) {
  std::shared_ptr<Mark> mark = event->mark;
  return mark ? give(stream, [mark] { reach(mark); }) : OK;
}

CALL(cuLaunchHostFunc, Stream* stream, void (*function)(void*), void* data) {
  if (!stream || stream->is_recording) return INVALID_HANDLE;
  return give(stream, Work([=] { function(data); }, true));
}

CALL(cuStreamBeginCapture_v2, Stream* stream, int mode) {
  if (mode != THREAD_LOCAL_CAPTURE || is_recording()) return INVALID_VALUE;
  stream->is_recording = true;
  return OK;
}
CALL(cuStreamEndCapture, Stream* stream, Graph** graph) {
  if (!stream->is_recording) return INVALID_VALUE;
  stream->is_recording = false;
  *graph = new Graph;
  (*graph)->work.swap(stream->recorded);
  return OK;
}
CALL(cuGraphInstantiateWithFlags, Graph** made, const Graph* graph, unsigned long long) { return *made = new Graph(*graph), OK; }
CALL(cuGraphDestroy, Graph* graph) { return delete graph, OK; }
CALL(cuGraphExecDestroy, Graph* graph) { return delete graph, OK; }
CALL(cuGraphLaunch, const Graph* graph, Stream* stream) {
  for (const Work& work : graph->work) give(stream, work);
  return state();
}

CALL(cuEventCreate, Event** event, unsigned) { return *event = new Event, OK; }
CALL(cuEventDestroy_v2, Event* event) { return delete event, OK; }
CALL(cuEventRecord, Event* event, Stream* stream) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  std::shared_ptr<Mark> mark(new Mark{stream, false, {}});
  event->mark = mark;
  return give(stream, [mark] { mark->is_reached = true, mark->time = std::chrono::steady_clock::now(); });
}
CALL(cuEventSynchronize, Event* event) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  if (event->mark) reach(event->mark);
  return state();
}
// Each question is a wait long enough for one thing to be done.
CALL(cuEventQuery, Event* event) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  if (!event->mark) return state();
  if (!event->mark->is_reached) try_step(event->mark->stream);
  return state() != OK ? state() : event->mark->is_reached ? OK : NOT_READY;
}
CALL(cuEventElapsedTime, float* millis, const Event* from, const Event* to) {
  if (!from->mark || !to->mark || !from->mark->is_reached || !to->mark->is_reached) return NOT_READY;
  *millis = std::chrono::duration<float, std::milli>(to->mark->time - from->mark->time).count();
  return OK;
}

CALL(cuModuleLoadData, Module** module, const char* text) { return *module = new Module{text}, OK; }
CALL(cuModuleUnload, Module* module) { return delete module, OK; }

// The library of the kernels of a PTX file, whose first line names its source.
static Launcher* launcher(const std::string& text) {
  static const std::string before = "sha256 of ";
  size_t begin = text.find(before) + before.size();
  std::string key = text.substr(begin, text.find(".cu", begin) - begin) + "=";
  const char* all = getenv("CUDA_CPU_KERNELS");
  const char* found = all ? strstr(all, key.c_str()) : nullptr;
  if (!found) return nullptr;
  std::string path(found + key.size());
  void* library = dlopen(path.substr(0, path.find(':')).c_str(), RTLD_NOW | RTLD_LOCAL);
  return library ? (Launcher*)dlsym(library, "cuda_cpu_launch") : nullptr;
}

CALL(cuModuleGetFunction, Function** function, const Module* module, const char* name) {
  const std::string& text = module->text;
  size_t begin = text.find(".entry " + std::string(name) + "(");
  Launcher* found = begin == std::string::npos ? nullptr : launcher(text);
  if (!found) return NOT_FOUND;
  *function = new Function{name, found, {}};
  size_t end = text.find(')', begin);
  for (size_t at = text.find(".param .", begin); at < end; at = text.find(".param .", at + 1)) {
    (*function)->sizes.push_back(text.compare(at + 9, 2, "64") == 0 ? 8 : 4);
  }
  return OK;
}
CALL(cuFuncSetAttribute, Function*, int, int) { return OK; }
CALL(cuFuncGetAttribute, int* value, int, const Function*) {
  if (is_recording()) return CAPTURE_UNSUPPORTED;
  return *value = 32, OK;
}
CALL(cuLaunchKernel, const Function* function, int gx, int gy, int gz, int bx, int by, int bz, int shared, Stream* stream,
     void** arguments, void**) {
  // Taken over before the call returns, as a driver does.
  std::vector<unsigned long long> cells;
  for (size_t i = 0; i < function->sizes.size(); i++) {
    unsigned long long cell = 0xCDCDCDCDCDCDCDCDull;
    memcpy(&cell, arguments[i], function->sizes[i]);
    cells.push_back(cell);
  }
  Function kernel = *function;
  return give(stream, [=]() mutable {
    std::vector<void*> own;
    for (unsigned long long& cell : cells) own.push_back(&cell);
    const char* error =
        kernel.launcher(kernel.name.c_str(), gx, gy, gz, bx, by, bz, shared, own.data(), OS_THREADS);
    if (error) failure = kernel.name + ": " + error;
  });
}
