#include "gpu/cuda_module.h"

#include "analysis/base/build_info.h"
#include "gpu/cuda_backend.h"
#include "gpu/cuda_device.h"

namespace {

std::unique_ptr<oscope::compute::Backend> create(const std::string& deviceId,
                                                 const oscope::compute::BackendOptions& options) {
  return std::make_unique<oscope::gpu::CudaBackend>(oscope::gpu::ordinalOf(deviceId), options);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const oscope::gpu::CudaModule* oscope_cuda_module() {
  static const std::string version = oscope::versionText();
  static const oscope::gpu::CudaModule module{oscope::gpu::kCudaModuleAbi, sizeof(oscope::gpu::CudaModule),
                                              version.c_str(), oscope::gpu::findDevices, create};
  return &module;
}
