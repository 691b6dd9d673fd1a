// What the CUDA module shows to the program: one C function. The program loads the module at run time, so it starts
// where no driver and no CUDA library exists.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute/backend.h"
#include "analysis/compute/backend_registry.h"

namespace oscope::gpu {

/// Raised with every change of this struct or of analysis/compute/backend.h.
inline constexpr std::uint32_t kCudaModuleAbi = 5;

/// The first three members stay as they are in every version: a loader reads them before it trusts the rest.
struct CudaModule {
  std::uint32_t abi = 0;
  std::uint32_t size = 0;         ///< sizeof(CudaModule)
  const char* version = nullptr;  ///< versionText() of the build
  /// The devices; empty with `reason` set where there is none.
  std::vector<compute::DeviceInfo> (*probe)(std::string& reason) = nullptr;
  std::unique_ptr<compute::Backend> (*create)(const std::string& deviceId,
                                              const compute::BackendOptions& options) = nullptr;
};

using CudaModuleEntry = const CudaModule* (*)();
inline constexpr const char* kCudaModuleEntry = "oscope_cuda_module";

}  // namespace oscope::gpu
