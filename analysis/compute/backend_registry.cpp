#include "analysis/compute/backend_registry.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::compute {
namespace {

// "cuda:1" is of kind "cuda"; "cuda" names the first device of its kind.
bool isOfKind(const std::string& deviceId, const std::string& kind) {
  return deviceId == kind || deviceId.starts_with(kind + ":");
}

const DeviceInfo* findDevice(const std::vector<DeviceInfo>& devices, const std::string& deviceId,
                             const std::string& kind) {
  if (devices.empty()) return nullptr;
  if (deviceId == kind) return &devices.front();
  for (const DeviceInfo& device : devices) {
    if (device.id == deviceId) return &device;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Backend> BackendRegistry::create(const std::string& deviceId, const BackendOptions& options) const {
  const bool any = deviceId == "auto";
  std::string kinds;
  const BackendFactory* cpu = nullptr;
  for (const BackendFactory& factory : m_factories) {
    if (factory.kind == "cpu") cpu = &factory;
    kinds += (kinds.empty() ? "" : ", ") + factory.kind;
    const bool wanted = any ? factory.kind != "cpu" : isOfKind(deviceId, factory.kind);
    if (!wanted) continue;
    std::string reason;
    const std::vector<DeviceInfo> devices = factory.probe(reason);
    if (const DeviceInfo* device = findDevice(devices, any ? factory.kind : deviceId, factory.kind)) {
      return factory.create(device->id, options);
    }
    if (any) continue;
    throw Error(ErrorCode::Device, deviceId, reason.empty() ? "there is no such device" : reason,
                "choose another device, or \"auto\"");
  }
  if (any && cpu != nullptr) return cpu->create("cpu", options);
  throw Error(ErrorCode::InvalidArgument, deviceId, "is no kind of device that this program knows",
              fmt::format("use one of: auto, {}", kinds));
}

}  // namespace oscope::compute
