#include "app/gui/jobs/devices.h"

#include <QObject>
#include <algorithm>

#include "app/common/composition.h"
#include "app/common/number_format.h"

namespace oscope::gui {

QString DeviceEntry::title() const {
  QString word = id.toUpper().replace(QLatin1Char(':'), QLatin1Char(' '));
  if (!available()) return QObject::tr("no %1: %2").arg(word, reason);
  const auto bytes = [](std::uint64_t value) {
    return QString::fromStdString(app::formatBytes(static_cast<double>(value)));
  };
  if (memoryBytes == 0) return word;
  if (freeBytes == 0) return QObject::tr("%1 · %2").arg(word, bytes(memoryBytes));
  return QObject::tr("%1 · %2, %3 free").arg(word, bytes(memoryBytes), bytes(freeBytes));
}

std::vector<DeviceEntry> probeDevices() {
  std::vector<DeviceEntry> devices;
  const compute::BackendRegistry registry = app::makeBackendRegistry();
  for (const compute::BackendFactory& factory : registry.factories()) {
    std::string reason;
    const std::vector<compute::DeviceInfo> found = factory.probe(reason);
    for (const compute::DeviceInfo& info : found) {
      devices.push_back({QString::fromStdString(info.id),
                         QString::fromStdString(info.name),
                         {},
                         info.memoryBytes,
                         info.freeBytes,
                         info.threads == 0});
    }
    if (found.empty()) {
      devices.push_back({QString::fromStdString(factory.kind), {}, QString::fromStdString(reason), 0, 0, true});
    }
  }
  std::stable_sort(devices.begin(), devices.end(), [](const DeviceEntry& a, const DeviceEntry& b) {
    const auto rank = [](const DeviceEntry& d) { return !d.available() ? 2 : d.accelerator ? 0 : 1; };
    return rank(a) < rank(b);
  });
  return devices;
}

std::unique_ptr<compute::Backend> openDevice(const QString& id, const compute::BackendOptions& options) {
  return app::makeBackendRegistry().create(id.toStdString(), options);
}

}  // namespace oscope::gui
