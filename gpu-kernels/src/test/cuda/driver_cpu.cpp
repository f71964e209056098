// As much of CUDA's driver (libcuda.so.1) as JCudaDevice calls, on the CPU, for tests. What there is stands in the environment:
//
//   CUDA_CPU_KERNELS=tree=/path/tree.so:elements=/path/elements.so   kernels, those that cuda_cpu.h makes of the .cu files
//   CUDA_CPU_DEVICES=9.0:4096,5.2:2048   devices: compute capability and MiB of each; without it one of 9.0 with 4 GiB
//   CUDA_CPU_UUID=first            the beginning of the devices' numbers, which end with the ordinal
//   CUDA_CPU_VERSION=13000               version of the driver, 1000 x major + 10 x minor
//   CUDA_CPU_INIT=0                      what cuInit answers
//
// A stream does nothing before the host waits for it, and then no more than it must: whoever does not wait finds old numbers. What a GPU refuses
// while launches are recorded is refused here, as is what belongs to another device's context. The default stream is refused altogether.
// Calls of several threads are done one after another; functions of the host in a stream (cuLaunchHostFunc) run in threads of their own.
//
// cuda_cpu_fail makes calls fail. A fault of the device, other than a lack of memory, comes out where a real one does: at the next call that waits.
// From then on the driver refuses whatever this process wants to do with any device, as CUDA's documentation says of such errors.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
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
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  ECC_UNCORRECTABLE = 214,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
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

// A device and its primary context.
struct Device {
  int major = 9;
  int minor = 0;
  size_t total_bytes = size_t(4) << 30;
  size_t used_bytes = 0;
  int retained = 0;
};

struct Stream {
  Device* device;
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
  Device* device;
  std::string text;
};

struct Function {
  Device* device;
  std::string name;
  Launcher* launcher;
  // Bytes of each argument.
  std::vector<size_t> sizes;
};

// Calls that are to fail: so many of them, after so many that do not.
struct Failure {
  int code;
  int after;
  int times;
};

struct Block {
  Device* device;
  size_t bytes;
};

static std::recursive_mutex mutex;
static std::vector<Stream*> streams;
static std::map<Address, Block> blocks;
static std::map<std::string, Failure> failures;
static thread_local Device* current;
// What the driver refuses everything with, once a launch has failed, and why it has.
static int fault = OK;
static std::string fault_text;

#define ONE_AT_A_TIME std::lock_guard<std::recursive_mutex> one_at_a_time(mutex)

static std::string setting(const char* name, const char* otherwise) {
  const char* text = getenv(name);
  return text ? text : otherwise;
}

static std::vector<Device>& devices() {
  static std::vector<Device> all = [] {
    std::vector<Device> found;
    std::string text = setting("CUDA_CPU_DEVICES", "9.0:4096") + ",";
    for (size_t at = 0; at < text.size(); at = text.find(',', at) + 1) {
      Device device;
      long mib = 0;
      if (sscanf(text.c_str() + at, "%d.%d:%ld", &device.major, &device.minor, &mib) != 3) break;
      device.total_bytes = size_t(mib) << 20;
      found.push_back(device);
    }
    return found;
  }();
  return all;
}

// What a call is to fail with; the fault of the device, if it has one.
static int refused(const char* call) {
  if (fault) return fault;
  auto found = failures.find(call);
  if (found == failures.end() || found->second.times == 0) return OK;
  if (found->second.after > 0) return found->second.after--, OK;
  return found->second.times--, found->second.code;
}

static bool is_recording(const Device* device) {
  for (Stream* stream : streams) {
    if (stream->device == device && stream->is_recording) return true;
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
  return fault;
}

// Gives a stream what a call does; a fault of the device comes out when it is done.
static int give(const char* call, Stream* stream, Work work) {
  int code = refused(call);
  if (code == ILLEGAL_ADDRESS || code == ECC_UNCORRECTABLE) {
    std::string text = std::string("in ") + call;
    return fault ? fault : give(stream, [=] { fault = code, fault_text = text; });
  }
  return code ? code : give(stream, work);
}

// The calls of that name fail, so many of them, after so many that do not.
extern "C" __attribute__((visibility("default"))) void cuda_cpu_fail(const char* call, int code, int after, int times) {
  ONE_AT_A_TIME;
  failures[call] = Failure{code, after, times};
}
// How many failures are still to come.
extern "C" __attribute__((visibility("default"))) int cuda_cpu_failures_left(const char* call) {
  ONE_AT_A_TIME;
  return failures.count(call) ? failures[call].times : 0;
}
extern "C" __attribute__((visibility("default"))) int cuda_cpu_streams() {
  ONE_AT_A_TIME;
  return int(streams.size());
}

CALL(cuInit, unsigned) { return atoi(setting("CUDA_CPU_INIT", "0").c_str()); }
CALL(cuDriverGetVersion, int* version) { return *version = atoi(setting("CUDA_CPU_VERSION", "13000").c_str()), OK; }
CALL(cuDeviceGetCount, int* count) { return *count = int(devices().size()), OK; }
CALL(cuDeviceGet, int* device, int ordinal) {
  return *device = ordinal, ordinal >= 0 && size_t(ordinal) < devices().size() ? OK : INVALID_DEVICE;
}
CALL(cuDeviceGetName, char* name, int length, int) { return strncpy(name, "CUDA on the CPU", size_t(length)), OK; }
CALL(cuDeviceGetUuid, char* uuid, int device) {
  std::string given = setting("CUDA_CPU_UUID", "");
  memset(uuid, 0, 16);
  memcpy(uuid, given.data(), given.size() < 15 ? given.size() : 15);
  return uuid[15] = char(device), OK;
}
CALL(cuDeviceTotalMem_v2, size_t* bytes, int device) { return *bytes = devices()[size_t(device)].total_bytes, OK; }
CALL(cuDeviceGetAttribute, int* value, int attribute, int device) {
  const Device& asked = devices()[size_t(device)];
  *value = attribute == MAJOR             ? asked.major
           : attribute == MINOR           ? asked.minor
           : attribute == MULTIPROCESSORS ? 2
           : attribute == SHARED_BYTES    ? 227 << 10
                                          : -1;
  return *value < 0 ? INVALID_VALUE : OK;
}
CALL(cuDevicePrimaryCtxRetain, void** context, int device) {
  ONE_AT_A_TIME;
  if (int code = refused("cuDevicePrimaryCtxRetain")) return code;
  Device& retained = devices()[size_t(device)];
  retained.retained++;
  return *context = &retained, OK;
}
CALL(cuDevicePrimaryCtxRelease_v2, int device) {
  ONE_AT_A_TIME;
  Device& released = devices()[size_t(device)];
  if (released.retained == 0) return INVALID_CONTEXT;
  if (--released.retained > 0) return OK;
  // What was made in it goes with a context.
  for (size_t i = streams.size(); i-- > 0;) {
    if (streams[i]->device == &released) streams.erase(streams.begin() + long(i));
  }
  for (auto block = blocks.begin(); block != blocks.end();) {
    if (block->second.device == &released) {
      free((void*)block->first);
      block = blocks.erase(block);
    } else {
      ++block;
    }
  }
  released.used_bytes = 0;
  return OK;
}
CALL(cuCtxSetCurrent, void* context) {
  ONE_AT_A_TIME;
  current = (Device*)context;
  return current && current->retained ? OK : INVALID_CONTEXT;
}
CALL(cuGetErrorString, int code, const char** text) { return *text = code == fault ? fault_text.c_str() : "refused", OK; }

CALL(cuMemGetInfo_v2, size_t* free_bytes, size_t* total) {
  ONE_AT_A_TIME;
  if (fault || !current) return fault ? fault : INVALID_CONTEXT;
  return *free_bytes = current->total_bytes - current->used_bytes, *total = current->total_bytes, OK;
}
CALL(cuMemAlloc_v2, Address* address, size_t bytes) {
  ONE_AT_A_TIME;
  if (!current) return INVALID_CONTEXT;
  if (is_recording(current)) return CAPTURE_UNSUPPORTED;
  if (int code = refused("cuMemAlloc")) return code;
  void* memory;
  if (bytes > current->total_bytes - current->used_bytes || posix_memalign(&memory, 512, bytes)) return OUT_OF_MEMORY;
  memset(memory, 0xCD, bytes);
  *address = (Address)memory;
  blocks[*address] = Block{current, bytes};
  current->used_bytes += bytes;
  return OK;
}
CALL(cuMemFree_v2, Address address) {
  ONE_AT_A_TIME;
  if (!blocks.count(address)) return INVALID_VALUE;
  Block block = blocks[address];
  if (is_recording(block.device)) return CAPTURE_UNSUPPORTED;
  for (Stream* stream : streams) {
    if (stream->device == block.device) finish(stream);
  }
  if (fault) return fault;
  block.device->used_bytes -= block.bytes;
  blocks.erase(address);
  free((void*)address);
  return OK;
}
CALL(cuMemHostAlloc, void** memory, size_t bytes, unsigned) {
  ONE_AT_A_TIME;
  if (int code = refused("cuMemHostAlloc")) return code;
  return *memory = malloc(bytes), OK;
}
CALL(cuMemFreeHost, void* memory) {
  ONE_AT_A_TIME;
  return fault ? fault : (free(memory), OK);
}
CALL(cuMemsetD8Async, Address to, unsigned char value, size_t bytes, Stream* stream) {
  ONE_AT_A_TIME;
  return give("cuMemsetD8Async", stream, [=] { memset((void*)to, value, bytes); });
}
CALL(cuMemcpyHtoDAsync_v2, Address to, const void* from, size_t bytes, Stream* stream) {
  ONE_AT_A_TIME;
  return give("cuMemcpyHtoDAsync", stream, [=] { memcpy((void*)to, from, bytes); });
}
CALL(cuMemcpyDtoHAsync_v2, void* to, Address from, size_t bytes, Stream* stream) {
  ONE_AT_A_TIME;
  return give("cuMemcpyDtoHAsync", stream, [=] { memcpy(to, (const void*)from, bytes); });
}

CALL(cuStreamCreate, Stream** stream, unsigned flags) {
  ONE_AT_A_TIME;
  if (flags != NON_BLOCKING) return INVALID_VALUE;
  if (!current) return INVALID_CONTEXT;
  if (int code = refused("cuStreamCreate")) return code;
  *stream = new Stream;
  (*stream)->device = current;
  streams.push_back(*stream);
  return OK;
}
CALL(cuStreamDestroy_v2, Stream* stream) {
  ONE_AT_A_TIME;
  finish(stream);
  if (fault) return fault;
  for (size_t i = 0; i < streams.size(); i++) {
    if (streams[i] == stream) streams.erase(streams.begin() + long(i));
  }
  delete stream;
  return OK;
}
CALL(cuStreamSynchronize, Stream* stream) {
  ONE_AT_A_TIME;
  if (is_recording(stream->device)) return CAPTURE_UNSUPPORTED;
  finish(stream);
  return fault;
}
CALL(cuStreamWaitEvent, Stream* stream, Event* event, unsigned) {
  ONE_AT_A_TIME;
  std::shared_ptr<Mark> mark = event->mark;
  return mark ? give(stream, [mark] { reach(mark); }) : OK;
}

CALL(cuLaunchHostFunc, Stream* stream, void (*function)(void*), void* data) {
  ONE_AT_A_TIME;
  if (!stream || stream->is_recording) return INVALID_HANDLE;
  return give(stream, Work([=] { function(data); }, true));
}

// What a library's kernel does, as products_cpu.cpp has them: it can be recorded, and nothing of it waits.
CALL(cuda_cpu_give, Stream* stream, void (*function)(void*), void* data) {
  ONE_AT_A_TIME;
  return give(stream, [=] {
    if (!fault) function(data);
  });
}
CALL(cuStreamIsCapturing, const Stream* stream, int* status) {
  ONE_AT_A_TIME;
  if (!stream) return INVALID_HANDLE;
  return *status = stream->is_recording, OK;
}

CALL(cuStreamBeginCapture_v2, Stream* stream, int mode) {
  ONE_AT_A_TIME;
  if (fault) return fault;
  if (mode != THREAD_LOCAL_CAPTURE || is_recording(stream->device)) return INVALID_VALUE;
  stream->is_recording = true;
  return OK;
}
CALL(cuStreamEndCapture, Stream* stream, Graph** graph) {
  ONE_AT_A_TIME;
  if (!stream->is_recording) return INVALID_VALUE;
  stream->is_recording = false;
  *graph = new Graph;
  (*graph)->work.swap(stream->recorded);
  return fault;
}
CALL(cuGraphInstantiateWithFlags, Graph** made, const Graph* graph, unsigned long long) {
  ONE_AT_A_TIME;
  if (int code = refused("cuGraphInstantiate")) return code;
  return *made = new Graph(*graph), OK;
}
CALL(cuGraphDestroy, Graph* graph) { return fault ? fault : (delete graph, OK); }
CALL(cuGraphExecDestroy, Graph* graph) { return fault ? fault : (delete graph, OK); }
CALL(cuGraphLaunch, const Graph* graph, Stream* stream) {
  ONE_AT_A_TIME;
  // It may be destroyed before it is done.
  std::vector<Work> all = graph->work;
  return give("cuGraphLaunch", stream, [=] {
    for (const Work& work : all) work.run();
  });
}

CALL(cuEventCreate, Event** event, unsigned) {
  ONE_AT_A_TIME;
  if (int code = refused("cuEventCreate")) return code;
  return *event = new Event, OK;
}
CALL(cuEventDestroy_v2, Event* event) { return fault ? fault : (delete event, OK); }
CALL(cuEventRecord, Event* event, Stream* stream) {
  ONE_AT_A_TIME;
  if (is_recording(stream->device)) return CAPTURE_UNSUPPORTED;
  std::shared_ptr<Mark> mark(new Mark{stream, false, {}});
  event->mark = mark;
  return give(stream, [mark] { mark->is_reached = true, mark->time = std::chrono::steady_clock::now(); });
}
CALL(cuEventSynchronize, Event* event) {
  ONE_AT_A_TIME;
  if (event->mark && is_recording(event->mark->stream->device)) return CAPTURE_UNSUPPORTED;
  if (event->mark) reach(event->mark);
  return fault;
}
// Each question is a wait long enough for one thing to be done.
CALL(cuEventQuery, Event* event) {
  ONE_AT_A_TIME;
  if (!event->mark) return fault;
  if (is_recording(event->mark->stream->device)) return CAPTURE_UNSUPPORTED;
  if (!event->mark->is_reached) try_step(event->mark->stream);
  return fault ? fault : event->mark->is_reached ? OK : NOT_READY;
}
CALL(cuEventElapsedTime, float* millis, const Event* from, const Event* to) {
  ONE_AT_A_TIME;
  if (!from->mark || !to->mark || !from->mark->is_reached || !to->mark->is_reached) return NOT_READY;
  *millis = std::chrono::duration<float, std::milli>(to->mark->time - from->mark->time).count();
  return OK;
}

CALL(cuModuleLoadData, Module** module, const char* text) {
  ONE_AT_A_TIME;
  if (!current) return INVALID_CONTEXT;
  if (int code = refused("cuModuleLoadData")) return code;
  return *module = new Module{current, text}, OK;
}
CALL(cuModuleUnload, Module* module) { return fault ? fault : (delete module, OK); }

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
  ONE_AT_A_TIME;
  const std::string& text = module->text;
  size_t begin = text.find(".entry " + std::string(name) + "(");
  Launcher* found = begin == std::string::npos ? nullptr : launcher(text);
  if (!found) return NOT_FOUND;
  *function = new Function{module->device, name, found, {}};
  size_t end = text.find(')', begin);
  for (size_t at = text.find(".param .", begin); at < end; at = text.find(".param .", at + 1)) {
    (*function)->sizes.push_back(text.compare(at + 9, 2, "64") == 0 ? 8 : 4);
  }
  return OK;
}
CALL(cuFuncSetAttribute, Function*, int, int) { return OK; }
CALL(cuFuncGetAttribute, int* value, int, const Function* function) {
  ONE_AT_A_TIME;
  if (is_recording(function->device)) return CAPTURE_UNSUPPORTED;
  return *value = 32, fault;
}
CALL(cuLaunchKernel, const Function* function, int gx, int gy, int gz, int bx, int by, int bz, int shared, Stream* stream,
     void** arguments, void**) {
  ONE_AT_A_TIME;
  if (!stream || stream->device != function->device || current != function->device) return INVALID_HANDLE;
  // Taken over before the call returns, as a driver does.
  std::vector<unsigned long long> cells;
  for (size_t i = 0; i < function->sizes.size(); i++) {
    unsigned long long cell = 0xCDCDCDCDCDCDCDCDull;
    memcpy(&cell, arguments[i], function->sizes[i]);
    cells.push_back(cell);
  }
  Function kernel = *function;
  return give("cuLaunchKernel", stream, [=]() mutable {
    // Nothing is computed behind a fault.
    if (fault) return;
    std::vector<void*> own;
    for (unsigned long long& cell : cells) own.push_back(&cell);
    const char* error =
        kernel.launcher(kernel.name.c_str(), gx, gy, gz, bx, by, bz, shared, own.data(), OS_THREADS);
    if (error) fault = LAUNCH_FAILED, fault_text = kernel.name + ": " + error;
  });
}
