// The backends of the op tests, emulated: the same suites run over the kernels of the CUDA backend.
#include "tests/compute/backends.h"
#include "tests/gpu/emulation/emulated_backend.h"

namespace oscope::compute::test {

std::vector<BackendCase> testBackends() {
  using oscope::test::EmulatedBackend, oscope::test::Schedule;
  return {
      {"emulated",
       [] {
         return std::make_unique<EmulatedBackend>(Schedule{false, true});
       }},
      {"emulated_backwards",
       [] {
         return std::make_unique<EmulatedBackend>(Schedule{true, false});
       }},
  };
}

}  // namespace oscope::compute::test
