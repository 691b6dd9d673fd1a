// The devices that a program can offer. Filled by app/common, which alone knows every backend.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute/backend.h"

namespace oscope::compute {

struct BackendOptions {
  int threads = 0;                ///< CPU threads, 0: one per usable core
  std::uint64_t memoryBytes = 0;  ///< device memory budget, 0: what is free
  MatmulPrecision precision = MatmulPrecision::Fast;
};

/// One kind of backend: probes cheaply, creates on demand.
struct BackendFactory {
  std::string kind;  ///< "cpu", "cuda"
  /// The devices of this kind; empty with `reason` set where there is none ("no NVIDIA driver").
  std::function<std::vector<DeviceInfo>(std::string& reason)> probe;
  std::function<std::unique_ptr<Backend>(const std::string& deviceId, const BackendOptions&)> create;
};

class BackendRegistry {
 public:
  void add(BackendFactory factory) { m_factories.push_back(std::move(factory)); }
  const std::vector<BackendFactory>& factories() const { return m_factories; }
  /// "cpu", "cuda", "cuda:1", "auto" (the first GPU, else the CPU). Unknown or absent devices are errors with the
  /// probe's reason.
  std::unique_ptr<Backend> create(const std::string& deviceId, const BackendOptions& options) const;

 private:
  std::vector<BackendFactory> m_factories;
};

/// The factory of the CPU backend (cpu_backend.cpp).
BackendFactory cpuBackendFactory();

}  // namespace oscope::compute
