#include "app/common/composition.h"

#include "app/common/cuda_module_loader.h"

namespace oscope::app {

compute::BackendRegistry makeBackendRegistry() {
  compute::BackendRegistry registry;
  registry.add(compute::cpuBackendFactory());
  registry.add(cudaBackendFactory());
  return registry;
}

}  // namespace oscope::app
