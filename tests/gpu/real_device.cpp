// The first GPU of this machine, through the module that the programs load, and the backends of the op suites.
#include "analysis/compute/cpu_backend.h"
#include "app/common/cuda_module_loader.h"
#include "tests/compute/backends.h"
#include "tests/gpu/device_under_test.h"

namespace oscope::test {

DeviceUnderTest deviceUnderTest() {
  static const compute::BackendFactory factory = app::cudaBackendFactory();
  DeviceUnderTest device;
  const auto found = factory.probe(device.whyAbsent);
  if (found.empty()) {
    device.whyAbsent = "no CUDA device: " + device.whyAbsent;
    return device;
  }
  device.whyAbsent.clear();
  device.make = [id = found.front().id](compute::MatmulPrecision precision) {
    compute::BackendOptions options;
    options.precision = precision;
    return factory.create(id, options);
  };
  return device;
}

}  // namespace oscope::test

namespace oscope::compute::test {

std::vector<BackendCase> testBackends() {
  const oscope::test::DeviceUnderTest device = oscope::test::deviceUnderTest();
  const auto cuda = [&](MatmulPrecision precision) { return [=] { return device.make(precision); }; };
  return {
      {"cpu", [] { return std::make_unique<CpuBackend>(0); }},
      {"cuda_full", cuda(MatmulPrecision::Full), kFullProducts, device.whyAbsent},
      {"cuda_fast", cuda(MatmulPrecision::Fast), kFastProducts, device.whyAbsent},
  };
}

}  // namespace oscope::compute::test
