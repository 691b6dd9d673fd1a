// oscope devices: what this machine offers, and why a kind of device is missing.
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/text_table.h"
#include "app/common/composition.h"
#include "app/common/number_format.h"

namespace oscope::cli {
namespace {

ExitStatus run(Session& session) {
  using Align = TextTable::Align;
  const auto registry = app::makeBackendRegistry();
  TextTable table({{"device", Align::Left}, {"name", Align::Left}, {"memory"}, {"free"}, {"detail", Align::Left}});
  std::string missing;
  Json devices = Json::array(), absent = Json::array();
  for (const compute::BackendFactory& factory : registry.factories()) {
    std::string reason;
    const auto found = factory.probe(reason);
    for (const compute::DeviceInfo& device : found) {
      const std::string threads = device.threads > 0 ? fmt::format("{} threads, ", device.threads) : "";
      table.addRow({device.id, device.name, app::formatBytes(static_cast<double>(device.memoryBytes)),
                    device.freeBytes > 0 ? app::formatBytes(static_cast<double>(device.freeBytes)) : "–",
                    threads + device.detail});
      devices.push_back({{"id", device.id},
                         {"name", device.name},
                         {"memory_bytes", device.memoryBytes},
                         {"free_bytes", device.freeBytes},
                         {"threads", device.threads},
                         {"detail", device.detail}});
    }
    if (found.empty()) {
      missing += fmt::format("no {} device: {}\n", factory.kind, reason);
      absent.push_back({{"kind", factory.kind}, {"reason", reason}});
    }
  }
  session.print(table.text() + missing);
  session.emit({{"devices", devices}, {"absent", absent}});
  return ExitStatus::Ok;
}

}  // namespace

Command addDevices(CLI::App& root) {
  return {root.add_subcommand("devices", "List the devices that jobs can run on, and why others are missing"), run};
}

}  // namespace oscope::cli
