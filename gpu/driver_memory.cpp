#include "gpu/driver_memory.h"

#include <dlfcn.h>

#include <memory>

namespace oscope::gpu {
namespace {

// NVML's interface, which comes with the driver and is the same in all of its versions (nvml.h: nvmlMemory_t).
struct Memory {
  unsigned long long total, free, used;
};
using Plain = int (*)();
using HandleByBus = int (*)(const char* busId, void** device);
using MemoryInfo = int (*)(void* device, Memory* memory);

template <typename Function>
Function symbol(void* library, const char* name) {
  return reinterpret_cast<Function>(::dlsym(library, name));
}

}  // namespace

std::uint64_t freeDriverMemory(const std::string& busId, std::uint64_t totalBytes) {
  const auto close = [](void* library) { ::dlclose(library); };
  const std::unique_ptr<void, decltype(close)> library(::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL), close);
  if (library == nullptr) return 0;
  const auto start = symbol<Plain>(library.get(), "nvmlInit_v2"), stop = symbol<Plain>(library.get(), "nvmlShutdown");
  const auto find = symbol<HandleByBus>(library.get(), "nvmlDeviceGetHandleByPciBusId_v2");
  const auto ask = symbol<MemoryInfo>(library.get(), "nvmlDeviceGetMemoryInfo");
  if (start == nullptr || stop == nullptr || find == nullptr || ask == nullptr || start() != 0) return 0;
  void* device = nullptr;
  Memory memory{};
  const bool known = find(busId.c_str(), &device) == 0 && ask(device, &memory) == 0;
  stop();
  // NVML counts what the driver keeps for itself, CUDA doesn't: a few percent.
  const bool whole = memory.total >= totalBytes && memory.total - totalBytes <= totalBytes / 8;
  return known && whole ? (memory.free < totalBytes ? memory.free : totalBytes) : 0;
}

}  // namespace oscope::gpu
