// Loads the CUDA module at run time. Whatever is missing (the module, a driver, a CUDA library) is a reason in one
// line, never an error of the program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/compute/backend_registry.h"
#include "gpu/cuda_module.h"

namespace oscope::app {

/// The module in `file`; null with `reason` set where it can't be used. A loaded module stays for the process's life.
const gpu::CudaModule* openCudaModule(const std::filesystem::path& file, std::string& reason);

/// Where the module is looked for: OSCOPE_CUDA_MODULE alone if it is set; else beside the program, then where packages
/// put it.
std::vector<std::filesystem::path> cudaModulePlaces();

/// The CUDA backend behind the module. Nothing is loaded before the first probe.
compute::BackendFactory cudaBackendFactory();

}  // namespace oscope::app
