#include "analysis/compute/cpu_backend.h"
#include "tests/compute/backends.h"

namespace oscope::compute::test {

std::vector<BackendCase> testBackends() {
  return {
      {"cpu_1_thread", [] { return std::make_unique<CpuBackend>(1); }},
      {"cpu_3_threads", [] { return std::make_unique<CpuBackend>(3); }},
  };
}

}  // namespace oscope::compute::test
