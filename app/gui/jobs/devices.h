// What jobs can run on, and why other kinds of device are missing.
#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "analysis/compute/backend_registry.h"

namespace oscope::gui {

struct DeviceEntry {
  QString id;      ///< "cpu", "cuda:0"; of a missing kind: "cuda"
  QString name;    ///< "NVIDIA H200"
  QString reason;  ///< why there is none; empty: it can be chosen
  std::uint64_t memoryBytes = 0, freeBytes = 0;
  bool accelerator = false;

  bool available() const { return reason.isEmpty(); }
  /// "CPU · 16.8 GB, 12.1 GB free", "no CUDA: no NVIDIA driver".
  QString title() const;
};

/// Asks every kind of backend; may take a moment (drivers are loaded). Accelerators come first.
std::vector<DeviceEntry> probeDevices();

/// A backend on a device of probeDevices().
std::unique_ptr<compute::Backend> openDevice(const QString& id, const compute::BackendOptions& options = {});

}  // namespace oscope::gui
