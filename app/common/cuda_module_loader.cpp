#include "app/common/cuda_module_loader.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "analysis/base/build_info.h"
#include "analysis/base/error.h"

namespace oscope::app {
namespace {

constexpr const char* kModuleFile = "oscope_cuda.so";

std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// The driver's library. Asked for first: where there is none, a module of half a gigabyte of libraries isn't loaded.
bool hasDriver() {
  void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver != nullptr) ::dlclose(driver);
  return driver != nullptr;
}

/// The module of this process, opened at the first use.
class LazyModule {
 public:
  const gpu::CudaModule* get(std::string& reason) {
    const std::lock_guard lock(m_mutex);
    if (!m_tried) open();
    m_tried = true;
    reason = m_reason;
    return m_module;
  }

 private:
  void open() {
    std::string places;
    for (const std::filesystem::path& place : cudaModulePlaces()) {
      std::error_code code;
      if (std::filesystem::exists(place, code)) {
        if (hasDriver()) {
          m_module = openCudaModule(place, m_reason);
        } else {
          m_reason = "no NVIDIA driver (libcuda.so.1) on this machine";
        }
        return;
      }
      places += (places.empty() ? "" : ", ") + place.string();
    }
    m_reason = fmt::format("the CUDA module is not installed (looked for {})", places);
  }

  std::mutex m_mutex;
  bool m_tried = false;
  const gpu::CudaModule* m_module = nullptr;
  std::string m_reason;
};

}  // namespace

const gpu::CudaModule* openCudaModule(const std::filesystem::path& file, std::string& reason) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    reason = oneLine(fmt::format("the CUDA module can't be loaded: {}", ::dlerror()));
    return nullptr;
  }
  const auto entry = reinterpret_cast<gpu::CudaModuleEntry>(::dlsym(library, gpu::kCudaModuleEntry));
  const gpu::CudaModule* module = entry != nullptr ? entry() : nullptr;
  if (module == nullptr) {
    reason = fmt::format("{} is no CUDA module of this program", file.string());
  } else if (module->abi != gpu::kCudaModuleAbi || module->size != sizeof(gpu::CudaModule)) {
    reason = fmt::format("{} has interface {}, this program needs {}", file.string(), module->abi, gpu::kCudaModuleAbi);
  } else if (module->version != versionText()) {
    reason = fmt::format("{} is of version {}, this program is {}", file.string(), module->version, versionText());
  } else {
    return module;
  }
  ::dlclose(library);
  return nullptr;
}

std::vector<std::filesystem::path> cudaModulePlaces() {
  if (const char* given = std::getenv("OSCOPE_CUDA_MODULE"); given != nullptr && *given != '\0') return {given};
  std::error_code code;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", code).parent_path();
  return {folder / kModuleFile, (folder / OSCOPE_MODULE_FOLDER / kModuleFile).lexically_normal()};
}

compute::BackendFactory cudaBackendFactory() {
  const auto lazy = std::make_shared<LazyModule>();
  compute::BackendFactory factory;
  factory.kind = "cuda";
  factory.probe = [lazy](std::string& reason) {
    const gpu::CudaModule* module = lazy->get(reason);
    return module != nullptr ? module->probe(reason) : std::vector<compute::DeviceInfo>();
  };
  factory.create = [lazy](const std::string& deviceId, const compute::BackendOptions& options) {
    std::string reason;
    const gpu::CudaModule* module = lazy->get(reason);
    if (module == nullptr) throw Error(ErrorCode::Device, deviceId, reason, "use --device cpu");
    return module->create(deviceId, options);
  };
  return factory;
}

}  // namespace oscope::app
