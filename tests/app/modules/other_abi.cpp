// A module of another interface: all that a loader may read of it are the first members.
#include "gpu/cuda_module.h"

extern "C" const oscope::gpu::CudaModule* oscope_cuda_module() {
  static const oscope::gpu::CudaModule module{999, 16, "0.0.0", nullptr, nullptr};
  return &module;
}
