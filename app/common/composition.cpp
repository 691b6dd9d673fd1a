#include "app/common/composition.h"

namespace oscope::app {

compute::BackendRegistry makeBackendRegistry() {
  compute::BackendRegistry registry;
  registry.add(compute::cpuBackendFactory());
  return registry;
}

}  // namespace oscope::app
