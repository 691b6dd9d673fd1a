#include "quant/verify/comparison_memory.h"

#include <algorithm>

#include "analysis/base/process_memory.h"
#include "analysis/forward/forward_runner.h"

namespace oscope::quant {
namespace {

using calibration::HiddenPlace;

constexpr std::int64_t kTokensOnHost = 2048, kTokensOnDevice = 8192;  ///< that pass a block together
/// Share of a device's free memory that is used.
constexpr double kDeviceShare = 0.9;

/// Bytes of what is there at once, whatever the number of windows: the folded and the quantized block in float32 and
/// its codes; or embedding and head; probed activations of one window, twice; logits of two models.
std::uint64_t fixedBytes(const model::ModelGraph& graph, const calibration::Dataset& data,
                         const VerifyOptions& options) {
  std::int64_t widest = 0, probed = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    std::int64_t elements = 0, channels = 0;
    for (const model::LinearDesc& linear : block.linears) {
      elements += linear.in * linear.out;
      channels += linear.in + linear.out;
    }
    widest = std::max(widest, elements);
    probed = std::max(probed, channels);
  }
  const std::int64_t ends = graph.vocabulary * std::max(graph.hidden, graph.embedding.width);
  const std::int64_t floats =
      std::max(2 * widest + widest / 4, 2 * ends) + (options.siteSamples > 0 ? 2 * probed * data.length : 0);
  return static_cast<std::uint64_t>(floats) * sizeof(float) + 2 * kLogitBytes;
}

std::uint64_t bytesPerWindow(const model::ModelGraph& graph, const calibration::Dataset& data,
                             const compute::DeviceInfo& device) {
  std::int64_t widest = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::LinearDesc& linear : block.linears) widest = std::max(widest, linear.in);
  }
  const std::uint64_t perRow = forward::ForwardRunner::workBytesPerRow(graph) +
                               static_cast<std::uint64_t>(graph.hidden) * sizeof(float) +
                               static_cast<std::uint64_t>(widest) * device.scratchPerElement;
  return perRow * static_cast<std::uint64_t>(data.length);
}

}  // namespace

ComparisonMemory planComparison(const model::ModelGraph& graph, const calibration::Dataset& data, std::size_t models,
                                const VerifyOptions& options, const compute::DeviceInfo& device) {
  const calibration::HiddenShape shape{data.samples, data.length, graph.hidden};
  const std::uint64_t hidden = models * shape.bytes();
  const bool onHost = device.threads > 0;
  ComparisonMemory memory;
  memory.windows = std::max<std::int64_t>(1, (onHost ? kTokensOnHost : kTokensOnDevice) / data.length);
  if (!onHost) {
    const auto budget = static_cast<std::uint64_t>(static_cast<double>(device.freeBytes) * kDeviceShare);
    const std::uint64_t fixed = device.fixedBytes + fixedBytes(graph, data, options);
    const std::uint64_t perWindow = bytesPerWindow(graph, data, device);
    const auto needed = [&] { return fixed + static_cast<std::uint64_t>(memory.windows) * perWindow; };
    while (memory.windows > 1 && needed() > budget) memory.windows /= 2;
    memory.place = needed() + hidden <= budget ? HiddenPlace::Device : HiddenPlace::Host;
    if (memory.place == HiddenPlace::Device) return memory;
  }
  const std::uint64_t promised = options.memoryBytes > 0 ? options.memoryBytes : availableMemory() / 4 * 3;
  memory.place = hidden > promised / 2 ? HiddenPlace::File : HiddenPlace::Host;
  return memory;
}

}  // namespace oscope::quant
