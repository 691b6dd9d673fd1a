// The CPU backend for tests in which any will do.
#pragma once

#include "analysis/compute/cpu_backend.h"

namespace oscope::test {

inline compute::Backend& hostBackend() {
  static compute::CpuBackend backend(2);
  return backend;
}

}  // namespace oscope::test
