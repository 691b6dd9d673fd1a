// The GPU that a test program runs the CUDA backend on: a real one, or the emulation.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "analysis/compute/backend.h"

namespace oscope::test {

struct DeviceUnderTest {
  std::string whyAbsent;  ///< not empty: there is none, and why
  bool emulated = false;  ///< slow: small cases only
  std::function<std::unique_ptr<compute::Backend>(compute::MatmulPrecision)> make;
};

/// One definition per test program.
DeviceUnderTest deviceUnderTest();

}  // namespace oscope::test
